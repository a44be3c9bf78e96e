-- How a change came about: '' and 'form' are the form.
ALTER TABLE audit ADD COLUMN via TEXT NOT NULL DEFAULT '';
