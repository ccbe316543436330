// The report's style sheet: light and dark by the reader's choice, one column on a phone. Nothing is fetched.
#pragma once

namespace tally::backtest {

inline constexpr const char* report_style = R"css(
:root{--bg:#f6f7f9;--card:#fff;--ink:#16202c;--dim:#647184;--line:#e3e7ec;--accent:#2456c9;--price:#5b6778;--up:#0b7a4b;
--down:#c0362c;
--buy:#1668d6;--sell:#e07b00;color-scheme:light dark}
@media(prefers-color-scheme:dark){:root{--bg:#0e1318;--card:#161d25;--ink:#e6ebf1;--dim:#93a1b3;--line:#27313c;
--accent:#6fa0ff;
--price:#9aa8ba;--up:#4cc38a;--down:#ff7b6e;--buy:#62a8ff;--sell:#ffb454}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,
"DejaVu Sans",sans-serif;
font-variant-numeric:tabular-nums}
main{max-width:1080px;margin:0 auto;padding:28px 16px 48px}
.kicker{margin:0;color:var(--accent);font-size:12px;font-weight:600;letter-spacing:.08em;text-transform:uppercase}
h1{margin:2px 0 4px;font-size:30px;line-height:1.15;letter-spacing:-.01em}
h2{margin:0 0 10px;font-size:16px}
.sub{margin:0 0 20px;color:var(--dim)}
code{font:12.5px ui-monospace,"SF Mono",Menlo,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
section{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:18px;margin:0 0 16px}
.cards{display:grid;grid-template-columns:repeat(4,1fr);gap:1px;padding:0;overflow:hidden;
background:var(--line)}
.card{background:var(--card);padding:14px 16px}
.card span,.card small{display:block;color:var(--dim);font-size:12px}
.card b{display:block;font-size:21px;font-weight:600;letter-spacing:-.01em;white-space:nowrap}
.up{color:var(--up)}.down{color:var(--down)}
figure{margin:0 0 14px}figure:last-child{margin:0}
figcaption{display:flex;gap:10px;align-items:baseline;flex-wrap:wrap;margin:0 0 8px}
figcaption span{color:var(--dim);font-size:12.5px}
.plot{position:relative;margin-right:72px}
.plot svg{display:block;width:100%;height:100%;overflow:visible}
.plot svg *{vector-effect:non-scaling-stroke}
.grid{stroke:var(--line);stroke-width:1;fill:none}
polyline{fill:none;stroke-width:1.6;stroke-linejoin:round}
.line{stroke:var(--accent)}.fall{stroke:var(--down)}.price{stroke:var(--price)}
.area{stroke:none;opacity:.13}.area.line{fill:var(--accent)}.area.fall{fill:var(--down);
opacity:.22}.area.price{fill:var(--price);opacity:.3}
polyline.price{stroke-width:1}
.dot{fill:none;stroke-width:5;stroke-linecap:round;opacity:.85}
.dot.buy{stroke:var(--buy)}.dot.sell{stroke:var(--sell)}
.key{display:inline-block;width:9px;height:9px;border-radius:50%;
margin:0 5px 0 8px}.key.buy{background:var(--buy)}.key.sell{background:var(--sell)}
.y{position:absolute;left:100%;padding-left:8px;transform:translateY(-50%);color:var(--dim);font-size:11.5px;
white-space:nowrap}
.xs{position:relative;height:20px;margin:4px 72px 0 0}
.x{position:absolute;transform:translateX(-50%);color:var(--dim);font-size:11.5px;white-space:nowrap}
.wide{overflow-x:auto;margin:0 -18px;padding:0 18px}
table{border-collapse:collapse;width:100%;font-size:13.5px}
th{color:var(--dim);font-weight:500;font-size:12px;text-align:right;border-bottom:1px solid var(--line);padding:4px 10px 6px;
white-space:nowrap}
td{text-align:right;padding:6px 10px;border-bottom:1px solid var(--line);white-space:nowrap}
th:first-child,td:first-child{text-align:left;padding-left:0}
th:last-child,td:last-child{padding-right:0}
tr:last-child td{border-bottom:0}
td:last-child{white-space:normal;min-width:8em}
.stats{columns:2;column-gap:40px}.stats div{display:flex;justify-content:space-between;gap:12px;padding:5px 0;
border-bottom:1px solid var(--line);break-inside:avoid}
.note,footer{color:var(--dim);font-size:13px}
@media(max-width:700px){.stats{columns:1}.cards{grid-template-columns:1fr 1fr}}
@media(max-width:560px){main{padding:18px 10px 32px}h1{font-size:24px}section{padding:14px;
border-radius:10px}.cards{padding:0;
grid-template-columns:1fr 1fr}.card b{font-size:18px}.plot{margin-right:58px}.xs{margin-right:58px}.wide{margin:0 -14px;
padding:0 14px}
.x:nth-child(even){display:none}}
@media print{body{background:#fff}section{break-inside:avoid}}
)css";

}  // namespace tally::backtest
