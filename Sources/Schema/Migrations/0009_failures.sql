-- Why checks failed, over weeks: rollups count failures, the results say why. Few of the results are failures, and the
-- others cost this index nothing.
CREATE INDEX results_failures ON results (monitor, slot) WHERE outcome = 'down';
