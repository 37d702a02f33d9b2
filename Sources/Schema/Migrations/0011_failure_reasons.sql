-- The failures of weeks are counted out of the index alone: they lie scattered among the results, and to visit each there
-- took minutes.
DROP INDEX results_failures;
CREATE INDEX results_failures ON results (monitor, slot) INCLUDE (region, reason, attempt) WHERE outcome = 'down';
