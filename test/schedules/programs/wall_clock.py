"""Writes the table that clock changes are checked against: what the clocks of eight zones showed, minute
by minute, as Python's own time zone library has it. Run as: python3 wall_clock.py > ../wall-clock.json
"""

import json
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)

# Zone, a day whose clock leaves times out, a day whose clock shows times twice, and eight times each:
# before, at, in and after the change, and far from it. Nepal has had no clock that was put back since
# it keeps records in whole minutes: its second day is one without any change.
ZONES = [
    ("Europe/Vienna", "2024-03-31", "2024-10-27", "01:59 02:00 02:15 02:30 02:59 03:00 03:01 12:00"),
    ("America/New_York", "2024-03-10", "2024-11-03", "00:59 01:00 01:30 01:59 02:00 02:30 03:00 12:00"),
    ("Australia/Lord_Howe", "2024-10-06", "2024-04-07", "01:29 01:30 01:45 01:59 02:00 02:15 02:30 12:00"),
    ("America/St_Johns", "2010-03-14", "2010-11-06", "00:00 00:01 00:30 01:00 01:01 23:01 23:30 23:59"),
    ("Pacific/Apia", "2011-12-30", "2012-04-01", "00:00 02:59 03:00 03:30 03:59 04:00 12:00 23:59"),
    ("Asia/Kathmandu", "1986-01-01", "1987-01-01", "00:00 00:01 00:07 00:14 00:15 00:16 12:00 23:59"),
    ("America/Sao_Paulo", "2018-11-04", "2018-02-17", "00:00 00:01 00:30 00:59 01:00 23:00 23:30 23:59"),
    ("Africa/Casablanca", "2024-04-14", "2024-03-10", "01:59 02:00 02:15 02:30 02:59 03:00 03:01 12:00"),
]


def stamp(instant):
    return instant.strftime("%Y-%m-%dT%H:%MZ")


def walk(zone, day):
    """What the clock shows at each minute, from the day before to the day after: [(instant, local)]."""
    local_day = datetime.fromisoformat(day)
    instant = (local_day - timedelta(days=2)).replace(tzinfo=timezone.utc)
    end = (local_day + timedelta(days=3)).replace(tzinfo=timezone.utc)
    shown = []
    while instant < end:
        shown.append((instant, instant.astimezone(zone).replace(tzinfo=None)))
        instant += MINUTE
    first, last = local_day - timedelta(days=1), local_day + timedelta(days=2)
    inside = [index for index, (_, local) in enumerate(shown) if first <= local < last]
    return shown[inside[0] : inside[-1] + 1], shown[inside[0] - 1][1]


def row(zone, day, time):
    """When the clock shows a time on each of three days; and where it jumped over one, when it did."""
    shown, before = walk(zone, day)
    wanted = []
    for offset in (-1, 0, 1):
        local = datetime.fromisoformat(f"{day}T{time}") + timedelta(days=offset)
        instants = [stamp(instant) for instant, each in shown if each == local]
        entry = {"slot": local.strftime("%Y-%m-%dT%H:%M"), "shown": instants}
        previous = before
        for instant, each in shown:
            if previous < local < each:
                entry["jumped"] = stamp(instant)
            previous = each
        wanted.append(entry)
    return wanted


def main():
    table = []
    for name, gap, overlap, times in ZONES:
        for kind, day in (("gap", gap), ("overlap", overlap)):
            for time in times.split():
                table.append(
                    {"zone": name, "kind": kind, "time": time, "days": row(ZoneInfo(name), day, time)}
                )
    print("[\n" + ",\n".join(json.dumps(each) for each in table) + "\n]")


main()
