-- Where the words of a screenshot stand: a blob of the workspace, as the screenshot itself is.
-- A version from before writes none, and its pictures are shown without boxes.
ALTER TABLE snapshots ADD COLUMN boxes_blob text;
