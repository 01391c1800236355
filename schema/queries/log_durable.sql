-- Whether a commit on this server and in this session is on the disk when it is acknowledged.
select current_setting('fsync') = 'on' and current_setting('full_page_writes') = 'on'
    and current_setting('synchronous_commit') in ('on', 'remote_apply')
