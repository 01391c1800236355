-- What the rows of an import are checked against, as a mark: another one, and they must be checked again.
select qao.import_mark()
