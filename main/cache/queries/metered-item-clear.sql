DELETE FROM metered_item
