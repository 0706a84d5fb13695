-- The ledger's tables become the property of whoever runs this.
DO $body$
BEGIN
    IF current_setting('guishu.server') = current_user THEN
        RAISE EXCEPTION 'run this as another role than %, which the program signs in as: the ledger''s tables become the property of whoever runs it', current_user;
    END IF;
END
$body$;
