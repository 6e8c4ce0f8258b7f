-- migrate:up

-- Answers for self-service: of one workspace, or of all (null); a workspace's own stands before that of all.
CREATE TABLE article (
    workspace text,
    id        text     NOT NULL,
    language  text     NOT NULL,
    title     text     NOT NULL,
    intents   text[]   NOT NULL,
    questions text[]   NOT NULL,
    body      text     NOT NULL,
    words     tsvector NOT NULL,
    UNIQUE NULLS NOT DISTINCT (workspace, id, language)
);
CREATE INDEX article_words ON article USING gin (words);

-- How PostgreSQL takes the words of a language apart.
CREATE FUNCTION article_config(p_language text) RETURNS regconfig LANGUAGE sql IMMUTABLE AS $$
    SELECT (CASE split_part(lower(p_language), '-', 1)
        WHEN 'da' THEN 'danish' WHEN 'de' THEN 'german' WHEN 'en' THEN 'english' WHEN 'es' THEN 'spanish'
        WHEN 'fi' THEN 'finnish' WHEN 'fr' THEN 'french' WHEN 'hu' THEN 'hungarian' WHEN 'it' THEN 'italian'
        WHEN 'nl' THEN 'dutch' WHEN 'no' THEN 'norwegian' WHEN 'pt' THEN 'portuguese' WHEN 'ro' THEN 'romanian'
        WHEN 'ru' THEN 'russian' WHEN 'sv' THEN 'swedish' WHEN 'tr' THEN 'turkish' ELSE 'simple' END)::regconfig
$$;

-- What an article is found by: title and questions, then examples of what customers write, then the answer itself.
CREATE FUNCTION article_words(p_language text, p_title text, p_questions text[], p_examples text[], p_body text)
RETURNS tsvector LANGUAGE sql IMMUTABLE AS $$
    SELECT setweight(to_tsvector(article_config(p_language), p_title), 'A')
        || setweight(to_tsvector(article_config(p_language), array_to_string(p_questions, E'\n')), 'A')
        || setweight(to_tsvector(article_config(p_language), array_to_string(p_examples, E'\n')), 'B')
        || setweight(to_tsvector(article_config(p_language), p_body), 'D')
$$;

-- The three articles that share most with each text, best first: any of its words counts, none must be there. The
-- columns are those of router_known, so that both are one answer.
CREATE FUNCTION article_suggestions(p_ids uuid[], p_workspaces text[], p_languages text[], p_texts text[])
RETURNS TABLE (kind text, id uuid, number int, state text, whose text)
LANGUAGE sql STABLE AS $$
    SELECT 't', s.id, found.place::int, found.id, ''
    FROM unnest(p_ids, p_workspaces, p_languages, p_texts) AS s (id, workspace, language, content)
    CROSS JOIN LATERAL (
        SELECT string_agg('''' || replace(replace(lexeme, '\', '\\'), '''', '''''') || '''', ' | ')::tsquery AS any_word
        FROM unnest(tsvector_to_array(to_tsvector(article_config(s.language), s.content))) AS lexeme
    ) AS q
    CROSS JOIN LATERAL (
        SELECT a.id, row_number() OVER (
            ORDER BY bool_or(a.language = split_part(s.language, '-', 1)) DESC,
                     max(ts_rank(a.words, q.any_word)) DESC, a.id
        ) AS place
        FROM article AS a
        WHERE a.words @@ q.any_word AND (a.workspace IS NULL OR a.workspace = s.workspace)
        GROUP BY a.id
        ORDER BY place
        LIMIT 3
    ) AS found
$$;
