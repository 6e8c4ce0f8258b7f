-- migrate:up

-- Holds the lane's row until the transaction ends: nobody claims the partition meanwhile. Error UF001: somebody did
-- before. What a lane does beside its commits, such as dropping what is over, begins with this.
CREATE FUNCTION lane_hold(p_service text, p_partition int, p_epoch bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM lane WHERE service = p_service AND partition = p_partition AND epoch = p_epoch FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'partition % of % has another owner', p_partition, p_service USING ERRCODE = 'UF001';
    END IF;
END $$;
