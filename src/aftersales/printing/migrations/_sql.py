"""The triggers that keep issued papers as they were issued; `refuse_change` comes with the journal."""

KEEP = """
CREATE TRIGGER paper_is_never_changed BEFORE UPDATE OR DELETE ON printing_paper
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER paper_copy_is_never_changed BEFORE UPDATE OR DELETE ON printing_papercopy
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""

LET_GO = """
DROP TRIGGER paper_copy_is_never_changed ON printing_papercopy;
DROP TRIGGER paper_is_never_changed ON printing_paper;
"""
