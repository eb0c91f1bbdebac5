"""The triggers that make the journal append-only and chain it, whoever writes."""

CHAIN = """
CREATE OR REPLACE FUNCTION journal_digest(entry journal_journalentry) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT encode(sha256(convert_to(concat_ws(E'\\x1f',
        entry.previous_hash, entry.subject_kind, entry.subject_id::text, entry.sequence::text,
        coalesce(entry.station_id::text, '-'), entry.step, entry.before, entry.after, entry.changes::text, entry.reason,
        coalesce(entry.actor_id::text, '-'), entry.actor_name, entry.actor_role, entry.request_id,
        extract(epoch FROM entry.at)::text), 'UTF8')), 'hex')
$$;

CREATE OR REPLACE FUNCTION journal_chain() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT sequence + 1, hash INTO NEW.sequence, NEW.previous_hash FROM journal_journalentry
     WHERE subject_kind = NEW.subject_kind AND subject_id = NEW.subject_id ORDER BY sequence DESC LIMIT 1;
    IF NOT FOUND THEN
        NEW.sequence := 1;
        NEW.previous_hash := '';
    END IF;
    NEW.hash := journal_digest(NEW);
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE OR REPLACE FUNCTION claim_command(claimant bigint, claimed text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtextextended(claimant || ':' || claimed, 0)) THEN
        RAISE EXCEPTION 'the command is in flight' USING ERRCODE = 'AS001';
    END IF;
    IF EXISTS (SELECT FROM journal_commandanswer WHERE actor_id = claimant AND key = claimed) THEN
        RAISE EXCEPTION 'the command is answered' USING ERRCODE = 'AS002';
    END IF;
END $$;

CREATE TRIGGER journal_chain BEFORE INSERT ON journal_journalentry FOR EACH ROW EXECUTE FUNCTION journal_chain();
CREATE TRIGGER journal_is_append_only BEFORE UPDATE OR DELETE ON journal_journalentry
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER journal_is_never_emptied BEFORE TRUNCATE ON journal_journalentry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""

UNCHAIN = """
DROP TRIGGER journal_is_never_emptied ON journal_journalentry;
DROP TRIGGER journal_is_append_only ON journal_journalentry;
DROP TRIGGER journal_chain ON journal_journalentry;
DROP FUNCTION claim_command(bigint, text);
DROP FUNCTION journal_chain();
DROP FUNCTION journal_digest(journal_journalentry);
"""
