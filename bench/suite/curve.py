"""Draws what came of more and more load: goodput and refusals above, latency below."""

WIDTH, HEIGHT, LEFT, RIGHT, TOP = 760, 250, 80, 24, 44
GAP = 60  # between the two pictures
COLOURS = {"offered": "#9aa0a6", "in time": "#0b8043", "refused": "#c5221f", "p50": "#8ab4f8", "p99": "#1a57c4"}


class Picture:
    """One pair of axes, both from 0 on."""

    def __init__(self, top, title, x_max, y_max, unit):
        self.top, self.x_max, self.y_max = top, x_max, y_max
        self.parts = [f'<text x="{LEFT}" y="{top - 14}" font-weight="600">{title}</text>']
        for i in range(5):
            value = y_max * i / 4
            y = self.y(value)
            self.parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#dadce0"/>')
            self.parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{value:,.0f}{unit}</text>')

    def x(self, value):
        return LEFT + (WIDTH - LEFT - RIGHT) * value / self.x_max

    def y(self, value):
        return self.top + HEIGHT * (1 - min(value, self.y_max) / self.y_max)

    def line(self, name, points, dashed=False):
        path = " ".join(f"{self.x(x):.1f},{self.y(y):.1f}" for x, y in points)
        dash = ' stroke-dasharray="4 4"' if dashed else ""
        self.parts.append(f'<polyline points="{path}" fill="none" stroke="{COLOURS[name]}" stroke-width="2.5"{dash}/>')

    def ticks(self, values, unit):
        for value in values:
            self.parts.append(f'<text x="{self.x(value):.1f}" y="{self.top + HEIGHT + 18}" text-anchor="middle">'
                              f'{value:g}{unit}</text>')


def nice(value):
    """The next number above that reads well."""
    step = 10 ** (len(str(int(value))) - 1)
    return next(step * n for n in (1, 2, 4, 8, 10, 20) if step * n >= value)


def svg(points):
    """`points`: runs of suite.http with load, offered, accepted in time, refused and latencies."""
    loads = [point["load"] for point in points]
    def series(key):
        return [(point["load"], point[key]) for point in points]
    upper = Picture(TOP, "Spends a second", max(loads), nice(max(p["offered_per_second"] for p in points)), "")
    upper.line("offered", series("offered_per_second"), dashed=True)
    upper.line("in time", series("in_time_per_second"))
    upper.line("refused", series("refused_per_second"))
    lower = Picture(TOP + HEIGHT + GAP, "Latency of what was accepted, from the moment at which it was due", max(loads),
                    nice(max(p["p99_ms"] for p in points)), " ms")
    lower.line("p50", series("p50_ms"))
    lower.line("p99", series("p99_ms"))
    lower.ticks(loads, "×")
    legend = []
    for i, (name, text) in enumerate({"offered": "offered", "in time": "accepted, answered within a second",
                                      "refused": "refused (503)", "p50": "p50", "p99": "p99"}.items()):
        x = LEFT + (0, 90, 330, 450, 510)[i]
        y = TOP + 2 * HEIGHT + GAP + 44
        legend.append(f'<line x1="{x}" x2="{x + 20}" y1="{y - 4}" y2="{y - 4}" stroke="{COLOURS[name]}" stroke-width="3"/>'
                      f'<text x="{x + 26}" y="{y}">{text}</text>')
    height = TOP + 2 * HEIGHT + GAP + 60
    body = "\n".join(upper.parts + lower.parts + legend)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" '
            f'font-size="12" fill="#3c4043">\n<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>\n{body}\n</svg>\n')
