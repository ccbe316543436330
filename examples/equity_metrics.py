#!/usr/bin/env python3
"""The figures of `tally stats` once more, with Python's standard library alone.

    tally stats --equity equity.csv --days calendar --periods-per-year 365 --json > stats.json
    python3 examples/equity_metrics.py equity.csv --stats stats.json

reads the same series of equity (ts_utc,equity; plain or gzip), under the terms that stats.json names, computes every
figure by itself and prints both. Its exit code is 1 where one differs by more than 1e-9. Without --stats it prints its own
figures, under the terms given as options.
"""

import argparse
import csv
import datetime
import gzip
import json
import math
import sys
from fractions import Fraction
from zoneinfo import ZoneInfo

TOLERANCE = 1e-9


def read_equity(path):
    """[(instant, text, equity)] in the order of the file."""
    with (gzip.open(path, "rt") if path.endswith(".gz") else open(path)) as file:
        return [(instant_of(row["ts_utc"]), shortest(row["ts_utc"]), Fraction(row["equity"])) for row in csv.DictReader(file)]


def instant_of(text):
    """Whole seconds are enough to find a day."""
    return datetime.datetime.strptime(text[:19], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=datetime.timezone.utc)


def shortest(text):
    """The same time with a fraction of three, six or nine digits, as few as tell it."""
    whole, _, fraction = text.rstrip("Z").partition(".")
    fraction = fraction.rstrip("0")
    return whole + ("." + fraction.ljust(-(-len(fraction) // 3) * 3, "0") if fraction else "") + "Z"


def daily_closes(rows, zone, mode):
    """[(date, close)]: the last observation of each local day; in mode calendar every date, carried forward."""
    closes = {}
    for instant, _, equity in rows:
        closes[instant.astimezone(zone).date()] = equity
    if mode == "observed":
        return sorted(closes.items())
    days, date, close = [], min(closes), None
    while date <= max(closes):
        close = closes.get(date, close)
        days.append((date, close))
        date += datetime.timedelta(days=1)
    return days


def drawdown(start, observations):
    """Depth, label of its peak, label of its trough, longest run below a peak."""
    peak, peak_label, depth, found, below, longest = start, "start", Fraction(0), ("", ""), 0, 0
    for label, equity in observations:
        if equity >= peak:
            peak, peak_label, below = equity, label, 0
            continue
        below += 1
        longest = max(longest, below)
        if equity / peak - 1 < depth:
            depth, found = equity / peak - 1, (peak_label, label)
    return float(depth), *found, longest


def ratio(above, below):
    if below != 0:
        return above / below
    return math.copysign(math.inf, above) if above != 0 else math.nan


def downside(values):
    return math.sqrt(math.fsum(min(v, 0) ** 2 for v in values) / len(values))


def metrics(rows, terms):
    start = Fraction(str(terms["initial_equity"]))
    periods, mode = terms["periods_per_year"], terms["mode"]
    days = daily_closes(rows, ZoneInfo(terms["zone"]), mode)
    before = [start] + [close for _, close in days[:-1]]
    returns = [float(close / last - 1) for (_, close), last in zip(days, before)]
    count = len(returns)
    rate = (1 + terms["risk_free"]) ** (1 / periods) - 1
    mean = math.fsum(returns) / count
    excess = [r - rate for r in returns]
    deviation = math.sqrt(math.fsum((r - mean) ** 2 for r in returns) / (count - 1)) if count > 1 else math.nan
    gains, losses = math.fsum(r for r in returns if r > 0), -math.fsum(r for r in returns if r < 0)
    positive, negative = sum(r > 0 for r in returns), sum(r < 0 for r in returns)
    all_depth, all_peak, all_trough, _ = drawdown(start, [(text, equity) for _, text, equity in rows])
    depth, peak, trough, longest = drawdown(start, [(date.isoformat(), close) for date, close in days])
    annual = float(days[-1][1] / start) ** (periods / count) - 1
    excess_mean = math.fsum(excess) / count
    return {
        "max_drawdown_all_observations": all_depth,
        "max_drawdown_all_observations_peak_ts": all_peak,
        "max_drawdown_all_observations_trough_ts": all_trough,
        "days": count,
        "total_return": float(days[-1][1] / start - 1),
        "max_drawdown_daily_close": depth,
        "max_drawdown_peak_date": peak,
        "max_drawdown_trough_date": trough,
        "longest_underwater_days": longest,
        "positive_days": positive,
        "negative_days": negative,
        "zero_days": count - positive - negative,
        "daily_win_rate_nonzero": ratio(positive, positive + negative),
        "daily_profit_factor": ratio(gains, losses),
        "mean_daily_return": mean,
        "stdev_daily_return_ddof1": deviation,
        "downside_deviation_daily": downside(returns),
        "sharpe": excess_mean / deviation * math.sqrt(periods) if deviation > 0 else math.nan,
        "sortino": ratio(excess_mean, downside(excess)) * math.sqrt(periods),
        "annual_return_compound": annual,
        "annual_volatility": deviation * math.sqrt(periods),
        "calmar": annual / -depth if depth < 0 else math.nan,
    }


def equal(ours, theirs):
    if isinstance(ours, str):
        return ours == theirs
    theirs = float(theirs)  # "nan" and "inf" are text in JSON
    if math.isnan(ours) or math.isnan(theirs):
        return math.isnan(ours) and math.isnan(theirs)
    return ours == theirs or abs(ours - theirs) <= TOLERANCE * max(1, abs(ours))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("equity", help="a CSV file with the columns ts_utc and equity")
    parser.add_argument("--stats", help="what `tally stats --json` wrote of the same file")
    parser.add_argument("--zone", default="Europe/Oslo")
    parser.add_argument("--days", dest="mode", choices=["observed", "calendar"], default="calendar")
    parser.add_argument("--periods-per-year", type=float, default=365)
    parser.add_argument("--risk-free", type=float, default=0)
    parser.add_argument("--initial-equity", help="equity before the first row (default: the first row's)")
    asked = parser.parse_args()

    rows = read_equity(asked.equity)
    if not rows:
        sys.exit(f"{asked.equity}: there is no observation")
    terms = vars(asked)
    theirs = None
    if asked.stats:
        with open(asked.stats) as file:
            theirs = terms = json.load(file)
    elif asked.initial_equity is None:
        terms["initial_equity"] = rows[0][2]
    differing = 0
    for name, ours in metrics(rows, terms).items():
        line = f"{name:42} {ours}"
        if theirs is not None:
            same = name in theirs and equal(ours, theirs[name])
            differing += not same
            line = f"{line:68} {theirs.get(name)}{'' if same else '   DIFFERS'}"
        print(line)
    if theirs is not None:
        print("every figure is equal" if differing == 0 else f"{differing} figures differ")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
