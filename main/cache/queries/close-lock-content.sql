-- What a lock holds, compressed.
SELECT snapshot, cells FROM close_lock WHERE month = ? AND version = ?
