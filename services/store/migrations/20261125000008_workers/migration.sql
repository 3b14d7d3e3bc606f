-- Where the pods are that work for a monitor of a cluster: contracts/projection `monitorWorkers`; null
-- where the services that the scheduler is set up with do all the work.
ALTER TABLE monitors ADD COLUMN workers jsonb;
