-- Every month that was opened again.
SELECT month, version, at, actor, reason FROM close_reopen ORDER BY month, version
