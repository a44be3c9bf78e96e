-- The language a person chose; '' is the one their browser asks for.
ALTER TABLE preferences ADD COLUMN language TEXT NOT NULL DEFAULT '';
