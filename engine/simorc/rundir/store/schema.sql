-- One run's state. Written by the run's runner only; everybody else opens it read-only.
-- Parameter columns p_<name> and measurement columns m_<name> are added to `cases` as they become known.

CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE cases (
    id       INTEGER PRIMARY KEY,               -- 1 ... total, the order of the sweep
    status   TEXT NOT NULL DEFAULT 'pending',   -- pending | in_progress | completed | failed
    kind     TEXT,                              -- failure kind, NULL unless failed
    message  TEXT,                              -- what a person can act on, NULL unless failed or noteworthy
    attempts INTEGER NOT NULL DEFAULT 0,
    warm     INTEGER,                           -- 1 warm, 0 cold, NULL not run
    rung     TEXT,                              -- convergence rung the result was reached on
    started  REAL,                              -- seconds since the epoch, of the last attempt
    seconds  REAL,                              -- duration of the last attempt
    fingerprint INTEGER                         -- equal for equal waveforms; NULL: none, or not known
);

CREATE TABLE attempts (
    seq      INTEGER PRIMARY KEY AUTOINCREMENT, -- trace.jsonl carries it, so the trace can be completed after a kill
    case_id  INTEGER NOT NULL,
    attempt  INTEGER NOT NULL,                  -- 1, 2, ...
    status   TEXT NOT NULL,
    kind     TEXT,
    message  TEXT,
    action   TEXT,                              -- what was decided after it: done | retry | rung | cold | give_up | cancelled | reused
    warm     INTEGER,
    cold_why TEXT,                              -- why it did not run warm
    rung     TEXT,
    started  REAL,
    seconds  REAL,
    place    TEXT,                              -- host, or host and job id; the run and case it was taken over from
    warnings TEXT,                              -- JSON: what the simulator ignored, [{kind, message, count}]; NULL: nothing
    fingerprint INTEGER,
    deck_run TEXT                               -- what was left out of the deck that ngspice read, or why nothing
);
CREATE INDEX attempts_of_case ON attempts (case_id);

-- What the simulator ignored in the cases as they are now: one row for each kind of warning of a case. A text
-- is the first line of that kind in the simulator's own words; `cases` says how many cases have it.
CREATE TABLE warning_texts (
    id      INTEGER PRIMARY KEY,
    kind    TEXT NOT NULL,
    message TEXT NOT NULL,
    cases   INTEGER NOT NULL DEFAULT 0,
    UNIQUE (kind, message)
);
CREATE TABLE case_warnings (
    case_id INTEGER NOT NULL,
    text    INTEGER NOT NULL,                   -- warning_texts.id
    count   INTEGER NOT NULL,                   -- lines of that kind
    PRIMARY KEY (case_id, text)
) WITHOUT ROWID;
CREATE INDEX cases_of_warning ON case_warnings (text);

CREATE TABLE counts (status TEXT PRIMARY KEY, n INTEGER NOT NULL) WITHOUT ROWID;

-- What viewers follow: which cases changed since the last sequence number they saw. Pruned from the old end.
CREATE TABLE changes (seq INTEGER PRIMARY KEY AUTOINCREMENT, case_id INTEGER NOT NULL);

-- Progress of cases under way, 0 ... 1; replaced as a whole a few times a second.
CREATE TABLE progress (case_id INTEGER PRIMARY KEY, fraction REAL NOT NULL);

CREATE TABLE events (
    seq     INTEGER PRIMARY KEY AUTOINCREMENT,
    time    REAL NOT NULL,
    kind    TEXT NOT NULL,                      -- started | paused | resumed | cancelled | finished | warning | ...
    case_id INTEGER,
    message TEXT NOT NULL
);

CREATE TABLE requests (
    id TEXT PRIMARY KEY, time REAL NOT NULL, kind TEXT NOT NULL, data TEXT NOT NULL, answer TEXT
) WITHOUT ROWID;

-- Up to which byte the log of each chunk (.cluster/) stands in this store: what makes gathering exactly once.
CREATE TABLE gathered (log TEXT PRIMARY KEY, bytes INTEGER NOT NULL) WITHOUT ROWID;

-- The attempts that were simulated from another circuit of the run than the first (inputs/circuit-<n>/).
CREATE TABLE accepted (seq INTEGER PRIMARY KEY, case_id INTEGER NOT NULL, circuit INTEGER NOT NULL);

-- What may change after the run was built, as JSON: measurements, specs, plot_specs, hooks, measured.
CREATE TABLE definitions (name TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE columns (
    name TEXT PRIMARY KEY,                      -- p_vdda, m_gain
    role TEXT NOT NULL,                         -- parameter | measurement
    label TEXT NOT NULL,                        -- vdda, gain
    unit TEXT NOT NULL DEFAULT '',
    position INTEGER NOT NULL,
    scale REAL NOT NULL DEFAULT 1               -- what a person sees is the value times this
) WITHOUT ROWID;
