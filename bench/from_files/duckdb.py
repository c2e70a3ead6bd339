"""DuckDB: a few statements over the files, each materialising only what the next ones read more than once."""

from __future__ import annotations

from pathlib import Path

from bench.from_files.given import BASE, BRIDGES, UNITS
from bench.rivals import Summary
from bench.rivals.duckdb import SUMMED, as_summary, connect

IN_BASE = ", ".join(f"'{period}'" for period in BASE)

TRADE = """
create temp view trade as
select t.period, t.line, t.partner, value, quantity, unit, net_mass_kg, e.partner is null as mfn
from read_parquet('{folder}/trade/*.parquet') t
anti join dropped d on d.period = t.period and d.line = t.line and d.partner = t.partner
left join excluded e on e.partner = t.partner and t.period <= e.last_period
where value > 0;
"""

# imports by line and period; years of their own trade and the base after them
LINES = """
create temp table imports as
select period, line, sum(value) as every, sum(value) filter (mfn) as mfn from trade group by all;

create temp table schedule as
select *, year < 2011 as own, case when year < 2011 then year::varchar else 'base' end as basis
from read_parquet('{schedules}');

create temp table line as
with base as (select line, sum(every) as every, sum(mfn) as mfn from imports where period in ({base}) group by line),
known as (select distinct line from schedule where year in (2009, 2010) and not bound)
select s.*, own or known.line is not null or coalesce(base.every, 0) > 0 as matched,
       case when not matched then 0.0 when own then coalesce(i.every, 0) else coalesce(base.mfn, 0) end as weight,
       1 / (count(*) over (partition by year, s.line[:6])) as heading
from schedule s left join imports i on s.own and i.period = s.basis and i.line = s.line
left join base on not s.own and base.line = s.line left join known on not s.own and known.line = s.line;
"""

# a row is a duty charged on a line's observations, or on those of its relatives if it is unmatched
ROWS = """
create temp table duty as
select row_number() over () as row, *
from (select distinct basis, own, matched, line, kind, low, plus, high, part, b from line where b > 0);

create temp table wanted as
select row_number() over () as id, * from (
select distinct basis as period, line, kind from duty where own
union
select distinct p.period, d.line, kind from duty d, (select unnest([{base}]) as period) p where not own and matched
union
select distinct i.period, i.line, d.kind from duty d join imports i on i.line[:4] = d.line[:4] and i.period in ({base})
where not own and not matched);

create temp table observation as
with paid as (select id, sum(amount) / sum(value) as ratio from (
  select w.id, partner, value,
         case when w.kind = u.kind then quantity * size when w.kind = 'mass' then net_mass_kg
              when unit = 'piece' then quantity * factor end as amount
  from trade t join wanted w on w.period = t.period and w.line = t.line left join units u using (unit)
  left join bridges on w.kind = 'cm3' and t.line[:6] = prefix
  where mfn)
  where amount > 0 group by id, partner)
select period, line, kind, ratio * fx as paid from paid join wanted using (id) join fx using (period);

create temp table basic as select line, kind, paid from observation where period in ({base});

create temp table borrowed as
with known as (select distinct line, kind from basic)
select row, kind, low, plus, high, b,
       max(case when k.line[:8] = d.line[:8] then 8 when k.line[:6] = d.line[:6] then 6 else 4 end) as level,
       d.line[:level] as prefix
from duty d join known k using (kind) where not own and not matched and k.line[:4] = d.line[:4]
group by row, kind, low, plus, high, b, d.line;

create temp table charged as
select row, plus, low, high, b, paid from duty d join observation o on d.own and o.period = d.basis
  and o.line = d.line and o.kind = d.kind
union all
select row, plus, low, high, b, paid from duty d join basic o using (line, kind) where not own and matched
union all
select row, plus, low, high, b, paid from borrowed d join basic o
  on level = 8 and o.line[:8] = prefix and o.kind = d.kind
union all
select row, plus, low, high, b, paid from borrowed d join basic o
  on level = 6 and o.line[:6] = prefix and o.kind = d.kind
union all
select row, plus, low, high, b, paid from borrowed d join basic o
  on level = 4 and o.line[:4] = prefix and o.kind = d.kind;
"""

FINISH = """
with means as (
  select row, sum(case when rate <= 10 then rate end) / count(case when rate <= 10 then 1 end) as rate
  from (select row, least(high, greatest(low, plus + b * paid)) as rate from charged) group by row),
settled as (
  select l.year, l.line::bigint as code, l.bound, l.own, l.weight, l.matched, l.part, l.b > 0 as specific,
         heading / sum(heading) over (partition by l.year) as share, coalesce(m.rate, l.part) as rate
  from line l left join duty d on l.b > 0 and d.basis = l.basis and d.matched = l.matched and d.line = l.line
    and d.low = l.low and d.plus = l.plus and d.high = l.high and d.part = l.part and d.b = l.b and d.kind = l.kind
  left join means m using (row)),
last as (select * from settled where year = 2011),
coded as (select distinct code as place from settled where bound),
carries as (
  select place, rate, part, specific from coded join last on code = place
  union all
  select * exclude (level) from (
    select place, rate, part, specific,
           case when code // 100 = place // 100 then 8 when code // 10000 = place // 10000 then 6 else 4 end as level
    from coded anti join last on coded.place = last.code join last on code // 1000000 = place // 1000000
    qualify level = max(level) over (partition by place))),
carried as (select place, avg(rate) as rate, avg(part) as part, bool_or(specific) as specific
            from carries group by place),
governing as (
  select year, weight, share, matched, own, rate, part, specific, null as bound, false as water
  from settled where not bound
  union all
  select year, weight, share, matched, own, case when above then r.rate else l.rate end, least(l.part, r.part),
         case when above then r.specific else l.specific end, r.rate, coalesce(l.rate < r.rate * (1 - 1e-12), false)
  from settled r left join carried l on place = code,
       lateral (select coalesce(l.rate * (1 - 1e-12) > r.rate, true) as above)
  where bound),
"""


def summary(study_file: Path, schedules: Path) -> Summary:
    """Return the summary of all years of the replica.

    Parameters
    ----------
    study_file : Path
    schedules : Path
        See `bench.from_files.given.parsed_schedules`.
    """
    folder = study_file.parent
    connection = connect()
    connection.execute("set preserve_insertion_order = false")
    connection.execute(
        f"create temp table dropped as select period::varchar as period, line, partner "
        f"from read_csv('{folder}/dropped.csv', all_varchar = true);"
        f"create temp table fx as select period, fx::double as fx from read_csv('{folder}/fx.csv', all_varchar = true);"
        f"create temp table excluded as select partner, coalesce(last_period, '9999') as last_period "
        f"from read_csv('{folder}/partners.csv', all_varchar = true) where treatment = 'excluded';"
        "create temp table units (unit varchar, kind varchar, size double);"
        "create temp table bridges (prefix varchar, factor double)"
    )
    connection.executemany("insert into units values (?, ?, ?)", [(one, *found) for one, found in UNITS.items()])
    connection.executemany("insert into bridges values (?, ?)", list(BRIDGES.items()))
    for part in (TRADE, LINES, ROWS):
        connection.execute(part.format(folder=folder, schedules=schedules, base=IN_BASE))
    found = as_summary(connection.execute(FINISH + SUMMED).fetchnumpy())
    connection.close()
    return found
