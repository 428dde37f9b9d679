-- The whole desk, as of the first release.
--
-- One text for SQLite and PostgreSQL. Two words are put in by migrate.go:
-- {{identity}} is a column that numbers its rows, {{clustered}} keeps a table in
-- the order of its primary key, where the database can. Times are UTC microseconds
-- as integers, 0 for none; booleans are 0 and 1; JSON is text; ids are made in Go.
-- Texts are '' and not null when there is nothing, so that both databases compare
-- them alike. Wide text stands last in a row: SQLite reads a row from its start.

-- +goose Up

-- Everybody we know: customers and the team. aliases and members hold the whole
-- of directory.Person as JSON, so that a person is one row to read; the two tables
-- after it hold what people are looked up by, and are written in the same breath.
create table person (
    id           text primary key,
    version      bigint   not null,
    active       smallint not null,
    team         text     not null, -- agent, supervisor, or ''
    name         text     not null,
    language     text     not null,
    time_zone    text     not null,
    phone        text     not null,
    job_title    text     not null,
    photo        text     not null,
    notice_by    text     not null,
    aliases      text     not null,
    members      text     not null,
    tour_at      bigint   not null,
    checked_at   bigint   not null,
    term_at      bigint   not null,
    term_version text     not null,
    created_at   bigint   not null
);
create index person_team on person (team) where team <> '';

-- Whose address it is. An address is one person's (rule 7).
create table alias (
    channel text not null,
    address text not null,
    person  text not null references person (id) on delete cascade,
    primary key (channel, address)
) {{clustered}};
create index alias_person on alias (person);

-- Who belongs to what, and as what.
create table membership (
    person text not null references person (id) on delete cascade,
    org    text not null,
    role   text not null,
    primary key (person, org)
) {{clustered}};
create index membership_org on membership (org, role);

-- Customers of the desk. name_key is the name in lower case without accents.
create table organisation (
    id           text primary key,
    version      bigint   not null,
    active       smallint not null,
    name         text     not null,
    name_key     text     not null,
    code         text     not null,
    org_group    text     not null,
    domains      text     not null,
    executive    text     not null,
    segment      text     not null,
    subsegment   text     not null,
    size         text     not null,
    time_zone    text     not null,
    products     text     not null,
    shares       smallint not null,
    no_assistant smallint not null,
    created_at   bigint   not null
);
create index organisation_name on organisation (name_key);

-- E-mail domains, by which the organisation of a newcomer is guessed (A8).
create table organisation_domain (
    domain text not null,
    org    text not null references organisation (id) on delete cascade,
    primary key (domain, org)
) {{clustered}};

-- Organisations of one owner (F5).
create table organisation_group (
    id   text primary key,
    name text not null
);

-- Codes that were sent and not used yet (A7). Only a hash of the code is here.
create table challenge (
    channel       text not null,
    address       text not null,
    asked_channel text not null,
    asked_address text not null,
    person        text not null,
    hash          text not null,
    sent_at       bigint not null,
    expires       bigint not null,
    attempts      bigint not null,
    sent          bigint not null,
    primary key (channel, address)
);

-- Products, systems, modules, categories; position is the order of menus.
create table catalog_item (
    id       text primary key,
    position bigint   not null,
    level    text     not null,
    parent   text     not null,
    name     text     not null,
    names    text     not null,
    words    text     not null,
    active   smallint not null
);

-- How often something that is kept in memory was changed: each process compares
-- the count with the one that it read under.
create table stamp (
    name    text primary key,
    changes bigint not null
) {{clustered}};
insert into stamp (name, changes) values ('catalog', 0), ('directory', 0);

-- Knowledge articles, and what readers said of them.
create table article (
    id         text primary key,
    title      text     not null,
    url        text     not null,
    language   text     not null,
    product    text     not null,
    system     text     not null,
    module     text     not null,
    public     smallint not null,
    orgs       text     not null,
    updated_at bigint   not null,
    phrasings  text     not null,
    body       text     not null
);
create table article_feedback (
    article text     not null,
    person  text     not null,
    helpful smallint not null,
    missing text     not null,
    at      bigint   not null,
    primary key (article, person)
);

-- The last protocol number given in a year. Its row is locked until the commit:
-- that is what leaves no gap (B4).
create table ticket_number (
    year bigint primary key,
    last bigint not null
) {{clustered}};

-- Tickets. serial is the number as one integer (year, then nine digits), since
-- "2026-1000000" sorts before "2026-999999". warn_at is when DueWarnings finds it,
-- worked out when the ticket is written. subject_key is the subject in lower case
-- without accents.
create table ticket (
    id          text primary key,
    number      text     not null unique,
    serial      bigint   not null unique,
    version     bigint   not null,
    org         text     not null,
    requester   text     not null,
    agent       text     not null,
    status      text     not null,
    waiting_on  text     not null,
    private     smallint not null,
    priority    text     not null,
    severity    text     not null,
    type        text     not null,
    product     text     not null,
    system      text     not null,
    module      text     not null,
    category    text     not null,
    opened_at   bigint   not null,
    updated_at  bigint   not null,
    answered_at bigint   not null,
    closed_at   bigint   not null,
    last_at     bigint   not null,
    last_side   text     not null,
    answer_due  bigint   not null,
    solve_due   bigint   not null,
    due_warned  bigint   not null,
    warn_at     bigint   not null,
    paused_at   bigint   not null,
    remind_at   bigint   not null,
    reminders   bigint   not null,
    closings    bigint   not null,
    entries     bigint   not null,
    opened_by   text     not null,
    closed_by   text     not null,
    contact     text     not null,
    via         text     not null,
    subject     text     not null,
    subject_key text     not null,
    description text     not null
);
create index ticket_updated on ticket (updated_at);
create index ticket_opened on ticket (opened_at);
create index ticket_org on ticket (org, updated_at);
create index ticket_org_open on ticket (org, updated_at) where status <> 'closed';
create index ticket_requester on ticket (requester);
create index ticket_open on ticket (updated_at) where status <> 'closed';
create index ticket_agent on ticket (agent) where status <> 'closed';
create index ticket_remind on ticket (remind_at) where remind_at > 0;
create index ticket_warn on ticket (warn_at) where warn_at > 0;

-- People in copy (B9).
create table ticket_participant (
    ticket   text   not null references ticket (id) on delete cascade,
    position bigint not null,
    person   text   not null,
    primary key (ticket, position)
) {{clustered}};
create index ticket_participant_person on ticket_participant (person, ticket);

-- The history. Entries are written with their ticket and never without it, so no
-- foreign key pays for checking that; and in the order of arrival, not that of the
-- tickets, so that those of many turns share a page.
create table entry (
    ticket      text   not null,
    seq         bigint not null,
    id          text   not null,
    kind        text   not null,
    side        text   not null,
    author      text   not null,
    at          bigint not null,
    via         text   not null,
    upstream    text   not null,
    quotes      text   not null,
    field       text   not null,
    from_value  text   not null,
    to_value    text   not null,
    edited_at   bigint not null,
    deleted_at  bigint not null,
    original    text   not null,
    attachments text   not null,
    text        text   not null,
    full_text   text   not null,
    before_text text   not null,
    primary key (ticket, seq)
);
create index entry_upstream on entry (upstream) where upstream <> '';

-- How tickets belong together.
create table ticket_link (
    from_ticket text   not null references ticket (id) on delete cascade,
    to_ticket   text   not null references ticket (id) on delete cascade,
    relation    text   not null,
    at          bigint not null,
    by_person   text   not null,
    primary key (from_ticket, to_ticket, relation)
);
create index ticket_link_to on ticket_link (to_ticket);

-- Ratings. score is -1 while an NPS has no answer. The unique index is what makes
-- one survey of each closing.
create table survey (
    id          text primary key,
    version     bigint not null,
    kind        text   not null,
    ticket      text   not null,
    closing     bigint not null,
    person      text   not null,
    agent       text   not null,
    asked_at    bigint not null,
    expires     bigint not null,
    service     bigint not null,
    solution    bigint not null,
    score       bigint not null,
    answered_at bigint not null,
    alerted_at  bigint not null,
    via         text   not null,
    comment     text   not null
);
create unique index survey_closing on survey (ticket, closing) where kind = 'csat';
create index survey_person on survey (person, kind, asked_at);

-- Conversations: who works on one (owner, until lease_until), under which fence,
-- and how many turns were committed (rule 3).
create table conversation (
    name        text primary key,
    owner       text   not null,
    lease_until bigint not null,
    fence       bigint not null,
    turn        bigint not null
) {{clustered}};
create index conversation_owner on conversation (owner) where owner <> '';

-- Half-finished questions, where no Redis holds them. record is dialogue.Record.
create table session (
    conversation text primary key,
    record       text not null
) {{clustered}};

-- Everything that ever came in, for ever: what waits (outcome is ''), and the
-- ledger of how the rest ended. item is message.Inbound.
create table inbox (
    seq            {{identity}},
    conversation   text     not null,
    channel        text     not null,
    account        text     not null,
    id             text     not null,
    received_at    bigint   not null,
    urgent         smallint not null,
    attempts       bigint   not null,
    run_at         bigint   not null,
    ended_at       bigint   not null,
    outcome        text     not null,
    outcome_reason text     not null,
    number         text     not null,
    failure        text     not null,
    item           text     not null,
    unique (channel, account, id)
);
create index inbox_waiting on inbox (conversation, seq) where outcome = '';

-- Items that wait until their sender is proved (rule 7).
create table held (
    seq     {{identity}},
    channel text   not null,
    address text   not null,
    at      bigint not null,
    expires bigint not null,
    item    text   not null
);
create index held_address on held (channel, address);
create index held_expires on held (expires);

-- Everything that we ever said. state is 0 waiting, 1 sent, 2 buried. body is
-- message.Outbound; a body that held a code is emptied once it is sent.
create table outbox (
    seq         {{identity}},
    channel     text     not null,
    account     text     not null,
    address     text     not null,
    state       smallint not null,
    run_at      bigint   not null,
    attempts    bigint   not null,
    upstream_id text     not null,
    number      text     not null,
    secret      smallint not null,
    posted_at   bigint   not null,
    ended_at    bigint   not null,
    failure     text     not null,
    body        text     not null
);
create index outbox_waiting on outbox (channel, seq) where state = 0;
create index outbox_later on outbox (channel, run_at) where state = 0 and run_at > 1;
create index outbox_buried on outbox (seq) where state = 2;
create index outbox_upstream on outbox (upstream_id) where upstream_id <> '';

-- Things that one process at a time owns: a mailbox, a number, the clock.
create table lease (
    name        text primary key,
    owner       text   not null,
    lease_until bigint not null
) {{clustered}};

-- Channels' few words of progress, such as an IMAP cursor.
create table memory (
    name  text primary key,
    value text not null
) {{clustered}};
