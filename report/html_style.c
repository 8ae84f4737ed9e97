/* The page's frame: style and the script that sorts tables. No network. */
#include "report/html_page.h"
#include "report/text.h"

static const char style[] =
	":root{color-scheme:light dark;--ink:#1b1f24;--paper:#fff;--soft:#f3f5f7;--line:#c9d0d8;"
	"--good:#0a6b2d;--bad:#a4131f}\n"
	"@media(prefers-color-scheme:dark){:root{--ink:#e6e9ed;--paper:#14171a;--soft:#20252b;"
	"--line:#434c56;--good:#6fd98f;--bad:#ff8f96}\n"
	"figure svg{filter:invert(.92) hue-rotate(180deg)}}\n"
	"*{box-sizing:border-box}body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);"
	"background:var(--paper);max-width:72rem;margin:0 auto;padding:1rem}\n"
	"h1{font-size:1.6rem}h2{font-size:1.25rem;margin-top:2.5rem}"
	"p,dd,h1{overflow-wrap:anywhere}\n"
	".wide{overflow-x:auto;max-width:100%}\n"
	"nav{font-size:.875rem;display:flex;flex-wrap:wrap;gap:.2rem 1rem}a{color:inherit}"
	".wide:focus-visible,a:focus-visible,button:focus-visible,summary:focus-visible{"
	"outline:2px solid;outline-offset:-2px}\n"
	"table{border-collapse:separate;border-spacing:0;font-size:.875rem;font-variant-numeric:"
	"tabular-nums}"
	"caption{text-align:left;padding:.4rem 0;font-weight:600}\n"
	"th,td{border-bottom:1px solid var(--line);padding:.25rem .6rem;text-align:right;"
	"white-space:nowrap}th.t,td.t{text-align:left}thead th{background:var(--soft)}\n"
	"th button{font:inherit;color:inherit;background:none;border:0;padding:0;cursor:pointer}"
	"table.sort thead th{vertical-align:bottom;white-space:normal;min-width:4.5rem}"
	"th button{text-align:inherit}th button::after{content:'\\2195';content:' \\2195' / '';"
	"opacity:.6}th[aria-sort] button::after{opacity:1}"
	"th[aria-sort=ascending] button::after{content:'\\a0\\2191';content:'\\a0\\2191' / ''}"
	"th[aria-sort=descending] button::after{content:'\\a0\\2193';content:'\\a0\\2193' / ''}\n"
	/* the first column stays in sight; signs are read aloud as words where they can be */
	".wide th[scope=row]:first-child,.wide thead th:first-child{position:sticky;left:0}"
	".wide th[scope=row]:first-child{background:var(--paper)}\n"
	".best{color:var(--good);font-weight:700}.worst{color:var(--bad)}"
	".best::after{content:' \\25B2';content:' \\25B2' / ' best'}"
	".worst::after{content:' \\25BC';content:' \\25BC' / ' worst'}\n"
	"figure{margin:1rem 0}figure "
	"svg{display:block;width:100%;min-width:44rem;max-width:60rem;height:auto}figcaption{font-"
	"size:.875rem}image{image-rendering:pixelated}\n"
	".host{display:flex;flex-wrap:wrap;gap:1.5rem}.host>div{flex:1 1 22rem;min-width:0}"
	".host svg{display:block;width:100%;max-width:28rem;height:auto}"
	".pairs{display:flex;flex-wrap:wrap;gap:0 2rem}.pair{min-width:0;max-width:100%}"
	"@media(max-width:30rem){.pair th,.pair td{padding:.25rem .3rem}"
	".pair th{white-space:normal;overflow-wrap:anywhere}}"
	"table.matrix td[style]{background:color-mix(in srgb,#56b4e9 var(--q),transparent)}"
	"td.say{white-space:normal;min-width:22rem;max-width:44rem}"
	"td.who{white-space:normal;min-width:12rem;max-width:22rem}"
	"caption span{position:sticky;left:0;display:inline-block;max-width:calc(100vw - 3rem)}"
	"table.matrix th,table.matrix td{padding:.25rem .4rem}"
	"summary{cursor:pointer;margin:.6rem 0}\n"
	"dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem}dt{font-weight:600}"
	"dd{margin:0;min-width:0}\n"
	"@media(max-width:30rem){dl{grid-template-columns:1fr}th,td{padding:.25rem .3rem}"
	"td.say{min-width:10rem}td.who{min-width:7rem}.wide "
	"th[scope=row]:first-child{white-space:normal;"
	"min-width:6.5rem;max-width:9rem;overflow-wrap:break-word}}\n"
	"@media print{:root{color-scheme:light;--ink:#000;--paper:#fff;--soft:#f3f5f7;"
	"--line:#c9d0d8;--good:#0a6b2d;--bad:#a4131f}body{max-width:none;padding:0}"
	"figure,tr,.topology{break-inside:avoid}h2,h3,caption,section>p{break-after:avoid}"
	".wide{overflow:visible}figure svg{filter:none}table{font-size:.55rem}"
	"th,td{padding:.1rem .2rem;white-space:normal}th.t,td.t{overflow-wrap:anywhere}"
	".host>div{flex-basis:40%}td.say,td.who{min-width:0}figure svg{min-width:0;max-width:45rem}"
	"table.sort thead th{min-width:0}.wide th:first-child{position:static}"
	"nav,.screen,th button::after{display:none}summary{list-style:none}"
	"a{text-decoration:none}@page{size:A4 landscape;margin:12mm}}\n";

static const char script[] =
	"document.querySelectorAll('table.sort').forEach(t=>{const hs=[...t.tHead.rows[0].cells];"
	"hs.forEach((h,i)=>{const b=document.createElement('button');b.type='button';"
	"b.textContent=h.textContent;h.textContent='';h.append(b);b.addEventListener('click',()=>{"
	"const d=h.getAttribute('aria-sort')==='ascending'?-1:1;"
	"hs.forEach(x=>x.removeAttribute('aria-sort'));"
	"h.setAttribute('aria-sort',d>0?'ascending':'descending');"
	"const k=r=>{const c=r.cells[i];return c.dataset.v===undefined?c.textContent:"
	"Number(c.dataset.v)};"
	"[...t.tBodies[0].rows].sort((a,b)=>{const x=k(a),y=k(b);return d*(x<y?-1:x>y?1:0)})"
	".forEach(r=>t.tBodies[0].append(r))})})});"
	/* where to find what; what is folded is unfolded on paper */
	"const n=document.createElement('nav');n.setAttribute('aria-label','Sections');"
	"document.querySelectorAll('h2').forEach((h,i)=>{h.id='section'+i;"
	"const a=document.createElement('a');a.href='#section'+i;a.textContent=h.textContent;"
	"n.append(a)});document.querySelector('h1').after(n);"
	"addEventListener('beforeprint',()=>document.querySelectorAll('details').forEach(d=>{"
	"d.open=true}));";

void page_print_head(const char *title, FILE *out)
{
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	      "<link rel=\"icon\" href=\"data:,\">\n<title>",
	      out);
	print_xml_text(title, out);
	fprintf(out, "</title>\n<style>\n%s</style>\n</head>\n<body>\n<main>\n<h1>", style);
	print_xml_text(title, out);
	fputs("</h1>\n", out);
}

void page_print_tail(FILE *out)
{
	fprintf(out, "</main>\n<script>%s</script>\n</body>\n</html>\n", script);
}
