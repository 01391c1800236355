-- Whoever only reads leaves the log its connections and its disk: a role may set everything else of its session, but not these.
alter role qao_reader connection limit 16;
alter role qao_reader set temp_file_limit = '1GB';
