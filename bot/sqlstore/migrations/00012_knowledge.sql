-- What the desk learns about its articles from the people who read them.

-- +goose Up

-- Customers' own words that led to an article which they said had solved it. They are
-- apart from the article's phrasings, which an import replaces. words are the letters
-- and digits alone: what makes two phrasings the same.
create table article_learned (
    article text   not null,
    words   text   not null,
    person  text   not null,
    at      bigint not null,
    text    text   not null,
    primary key (article, words)
);

-- Vectors of texts, by model and by the digest of the text: nothing is sent for twice.
-- vector is base64 of little-endian float32.
create table embedding (
    model  text   not null,
    digest text   not null,
    used   bigint not null,
    vector text   not null,
    primary key (model, digest)
);
