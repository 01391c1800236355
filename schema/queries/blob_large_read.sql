-- A large sealed content by its number. $1 number
select content from qao.blob_large where large_id = $1::bigint
