-- The mapping is derived: it is made anew from the customers.
DELETE FROM mapping
