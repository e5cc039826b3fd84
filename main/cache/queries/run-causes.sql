-- What a run told of the cells that do not plainly agree.
SELECT meter_key, customer_key, usage_key, cause, incident FROM tieout_exception WHERE run = ? AND cause IS NOT NULL
