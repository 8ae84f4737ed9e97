// Refusals, pairs, prediction against measurement, two runs, hosts, and how it was run.

function refusalSummary(place) {
	const columns = ['zones_refused', 'refused_no_room', 'refused_infeasible', 'refused_no_device', 'first_refusal_zone'];
	const titles = ['refused', 'no room: memory or CPUs', 'node count cannot be met', 'device missing or taken', 'first refused, by arrival'];
	const rows = place.contenders.filter(c => meanOf(c, 'zones_refused') > 0).map(c => [c.name, ...columns.map(f => figures[f] && meanOf(c, f) !== null ? figureCell(f, meanOf(c, f)) : '')]);
	return table('Refused zones by reason', [{title: 'policy', text: true}, ...titles.map(title => ({title}))], rows, {id: 'refused'});
}

function refusedRows(place) {
	const all = place.run.zones ? place.run.zones.rows : [];
	return place.contenders.flatMap(contender => contender.rows.map(r => all.find(x => x.row === r.index)).filter(Boolean)
		.map(row => ({contender, refused: row.refused, nr: row.nr_refused})));
}

function zoneTable(name, zones, span) {
	return table(name, ['zone', 'when', 'reason', 'hosts asked', 'first host asked', 'most free on a host', 'most free on a node', 'vCPUs free on a host'].map((title, i) => ({title, text: i === 2})),
		zones.map(x => [{text: x.number, value: x.number}, {text: timeText(x.time, span), value: x.time}, {text: x.reason, class: 'say'}, x.asked ?? '', x.askedHost ?? '',
			x.hostFree === null ? '' : {text: bytes(x.hostFree), value: x.hostFree}, x.nodeFree === null ? '' : {text: bytes(x.nodeFree), value: x.nodeFree}, x.hostVcpus ?? '']));
}

// A table is made when it is asked for: there can be thousands of rows.
function lazyFold(summary, make) {
	const d = fold(summary);
	const fill = () => { if (d.children.length === 1) d.append(make()); };
	d.addEventListener('toggle', () => d.open && fill());
	return d;
}

function refusalKind(kind, total, span) {
	const names = [...new Set(kind.shapes.flatMap(s => Object.keys(s.by)))];
	const share = kind.nr / total * 100;
	const shapes = kind.shapes.slice(0, 40).map(s => el('li', {}, el('b', {}, `${s.vcpus} vCPUs, ${bytes(s.memory)}`), `: ${count(s.nr)} `,
		...Object.entries(s.by).map(([name, zones]) => lazyFold(`${name}: ${count(zones.length)} zone${zones.length === 1 ? '' : 's'}`, () => zoneTable(`${name}: zones of ${s.vcpus} vCPUs and ${bytes(s.memory)}`, zones, span)))));
	return el('details', {class: 'kind'}, el('summary', {}, el('span', {class: 'share', 'aria-hidden': 'true'}, el('span', {style: `width:${share.toFixed(1)}%`})),
		el('span', {}, el('b', {}, count(kind.nr)), ` ${kind.shape.replace(/#/g, '…') || kind.code} `, el('code', {}, kind.code))),
	el('p', {class: 'quiet'}, kind.example ? `The first: "${kind.example}". ` : '', `Under ${listNames(names, 6)}.`), el('ul', {}, ...shapes),
	kind.shapes.length > 40 ? el('p', {}, `and ${kind.shapes.length - 40} more shapes`) : '');
}

function refusalsSection(place) {
	const any = place.contenders.some(c => meanOf(c, 'zones_refused') > 0);
	if (!any) return [el('p', {}, 'No zone was refused.')];
	const rows = refusedRows(place), kinds = groupRefused(rows), listed = kinds.reduce((a, k) => a + k.nr, 0), all = rows.reduce((a, r) => a + r.nr, 0);
	const span = place.run.zones ? place.run.zones.end_ticks * place.run.zones.tick_ns / 1e9 : 0;
	return [refusalSummary(place), kinds.length ? el('h3', {}, 'By reason, by shape, zone by zone') : '', ...kinds.map(k => refusalKind(k, listed, span)),
		all > listed ? el('p', {class: 'quiet'}, `The first ${count(listed)} of ${count(all)} are listed; all are in zones.csv.`) : '',
		place.run.zones ? '' : el('p', {}, 'When, where and with what words zones were refused is in zones.csv, which a run with ', el('code', {}, '--zones'), ' writes.')];
}

const pairKinds = [
	{title: 'Compact against scatter', of: c => c.name, a: 'compact', b: 'scatter'},
	{title: 'Static against dynamic memory', of: c => c.name, a: 'static', b: 'dynamic'},
];

function pairsOf(place, kind) {
	return place.contenders.filter(c => kind.of(c).includes(kind.a))
		.map(a => ({a, b: place.contenders.find(c => kind.of(c) === kind.of(a).replace(kind.a, kind.b))})).filter(p => p.b);
}

function pairTable(place, pair, compared) {
	const rows = compared.filter(f => meanOf(pair.a, f) !== null && meanOf(pair.b, f) !== null && !alike(f, meanOf(pair.a, f), meanOf(pair.b, f))).map(f => {
		const x = meanOf(pair.a, f), y = meanOf(pair.b, f), sure = differs(place.run, pair.a, pair.b, f) && !apart(place, pair.a, f) && !apart(place, pair.b, f);
		const first = x > y === (figures[f].better === 'higher');
		return [figureTitle(f), figureCell(f, x, sure ? first ? 'lead' : '' : 'even'), figureCell(f, y, sure ? first ? '' : 'lead' : 'even')];
	});
	return rows.length ? table(`${pair.a.name} against ${pair.b.name}`, [{title: 'figure', text: true}, {title: pair.a.name}, {title: pair.b.name}], rows)
		: el('p', {}, `${pair.a.name} and ${pair.b.name} are equal in all that has a better and a worse.`);
}

function pairSections(place, compared) {
	return pairKinds.map((kind, i) => ({kind, pairs: pairsOf(place, kind), i})).filter(x => x.pairs.length).map(({kind, pairs, i}) =>
		section(`pairs${i}`, kind.title, el('p', {}, 'Figures that differ; the better one is marked, where the difference is beyond the error.'),
			el('div', {class: 'pairs'}, ...pairs.map(p => pairTable(place, p, compared)))));
}

// Prediction against measurement. Rows: means over repeats of what both runs have in common.
const measuredFigures = [['zones_placed'], ['zones_refused'], ['zones_spilled'], ['spilled_bytes'], ['local_page_ppm'], ['own_page_ppm'], ['mean_distance_centi'],
	['triad_bytes_per_s', 'predicted_triad_bytes_per_s'], ['chase_ps', 'predicted_chase_ps']];

function errorPpm(predicted, found) {
	return found === 0 ? predicted === 0 ? 0 : null : Math.round((predicted - found) * 1e6 / found);
}

function errorCell(ppm) {
	return ppm === null ? '' : {text: (ppm < 0 ? '' : '+') + decimal(ppm, 10000, 1), value: ppm};
}

function measuredRows(run, machine) {
	const kind = r => `${r.key.workload} ${r.key.policy} ${r.key.memory_policy}`, mine = rowsOf(run), theirs = rowsOf(machine), out = [];
	for (const name of [...new Set(mine.map(kind))]) {
		const of = (rows, f) => summarise({rows: rows.filter(r => kind(r) === name)}, f);
		for (const [found, predicted = found] of measuredFigures) {
			const m = of(theirs, found), p = of(mine, predicted) || (predicted !== found ? of(theirs, predicted) : null);
			if (m && p) out.push({name, figure: found, predicted: p.mean, found: m.mean, low: m.low, high: m.high, nr: m.nr, error: errorPpm(p.mean, m.mean)});
		}
	}
	return out;
}

function verdictOf(pairs) {
	const errors = pairs.map(p => Math.abs(errorPpm(p[4], p[5]))).sort((a, b) => a - b);
	const within = pairs.filter(p => p[6] !== null && Math.abs(p[4] - p[5]) <= p[6]).length;
	return `${count(pairs.length)} zones: the prediction is off by ${percent(errors[(errors.length - 1) >> 1])} in the median, ${percent(errors[errors.length - 1])} at worst; ` +
		`${within} lie within their measurement's 95 % interval.`;
}

function scatter(title, unit, pairs) {
	const u = units[unit], w = 420, h = 320, left = 52, bottom = 36, v = x => x / u.one;
	const top = Math.max(...pairs.map(p => v(Math.max(p[4], p[5] + (p[6] || 0))))) * 1.05 || 1;
	const x = a => left + a / top * (w - left - 10), y = a => 10 + (top - a) / top * (h - bottom - 10);
	const ticks = [0, 0.25, 0.5, 0.75, 1].map(f => f * top);
	return svgEl('svg', {viewBox: `0 0 ${w} ${h}`, role: 'img', 'aria-label': `${title}: a point for each zone, predicted against measured, with its 95 % interval; on the line they are equal`, class: 'plain scatter'},
		...ticks.map(t => svgEl('g', {}, svgEl('path', {class: 'grid', d: `M${left} ${y(t)}H${w - 10}`}), svgEl('text', {x: left - 6, y: y(t) + 4, 'text-anchor': 'end'}, t.toFixed(top < 10 ? 1 : 0)),
			svgEl('text', {x: x(t), y: h - bottom + 16, 'text-anchor': 'middle'}, t.toFixed(top < 10 ? 1 : 0)))),
		svgEl('path', {class: 'mark', d: `M${x(0)} ${y(0)}L${x(top)} ${y(top)}`}),
		...pairs.slice(0, 2000).map(p => svgEl('g', {class: 'point'}, svgEl('path', {d: `M${x(v(p[4]))} ${y(v(p[5] - (p[6] || 0)))}V${y(v(p[5] + (p[6] || 0)))}`}),
			svgEl('circle', {cx: x(v(p[4])), cy: y(v(p[5])), r: 3}, svgEl('title', {}, `${p[0]}: predicted ${decimal(p[4], u.one, u.decimals)}, measured ${decimal(p[5], u.one, u.decimals)} ${u.sign}`)))),
		svgEl('text', {x: w - 10, y: h - 4, 'text-anchor': 'end'}, `predicted, ${u.sign}`), svgEl('text', {x: left + 4, y: 18}, `measured, ${u.sign}`));
}

function quantityBlock(q) {
	const u = units[q.unit], cell = v => v === null ? 'not known' : {text: decimal(v, u.one, u.decimals), value: v};
	const rows = q.pairs.slice(0, 500).map(p => [p[0], `${p[1]} ${p[2]}`, p[3], cell(p[4]), cell(p[5]), cell(p[6]), errorCell(errorPpm(p[4], p[5]))]);
	return [el('h3', {}, q.title), el('p', {}, verdictOf(q.pairs)), scatter(q.title, q.unit, q.pairs),
		fold(q.pairs.length > 500 ? `The first 500 of ${count(q.pairs.length)} zones` : 'Zone by zone', table(q.title, ['zone', 'policy', 'nodes', `predicted, ${u.sign}`, `measured, ${u.sign}`, '95 % interval, either side', 'error of the prediction, %']
			.map((title, i) => ({title, text: i < 3})), rows))];
}

function measuredSection(model) {
	const run = model.runs[0], machine = model.machine, zones = (machine && machine.measured) || run.measured, parts = [];
	if (!zones && !machine) return null;
	if (machine) {
		parts.push(el('p', {}, `Measured: ${machine.name}, backend ${machine.backend || 'unknown'}.`), table('Rows of both runs: means over their repeats',
			['policy and memory', 'figure', 'predicted', 'measured', 'repeats measured', 'error of the prediction, %'].map((title, i) => ({title, text: i < 2})),
			measuredRows(run, machine).map(r => [r.name, figureTitle(r.figure), figureCell(r.figure, r.predicted), figureCell(r.figure, r.found),
				{text: `${figureText(r.figure, r.low)} to ${figureText(r.figure, r.high)} in ${r.nr}`, value: r.high - r.low}, errorCell(r.error)]), {id: 'measured-rows'}));
	}
	(zones || []).filter(q => q.pairs.length).forEach(q => parts.push(...quantityBlock(q)));
	return section('measured', 'Prediction against measurement', ...parts);
}

// Two runs and more: what is different comes first.
function differencesOf(a, b) {
	const key = (run, cells) => run.keys.map((k, i) => `${k}=${cells[i]}`).sort().join('\u0001'), theirs = new Map(b.rows.map(c => [key(b, c), c])), out = [];
	let shared = 0;
	for (const cells of a.rows) {
		const other = theirs.get(key(a, cells));
		if (!other) continue;
		shared++;
		a.figures.forEach((f, i) => {
			const j = b.figures.indexOf(f);
			if (j < 0) return;
			const x = cells[a.keys.length + i], y = other[b.keys.length + j];
			if (x !== y) out.push({row: cells.slice(0, a.keys.length), figure: f, x, y});
		});
	}
	return {shared, onlyA: a.rows.length - shared, onlyB: b.rows.length - shared, list: out};
}

function changeCell(d) {
	const better = figures[d.figure] && figures[d.figure].better;
	if (d.x === null || d.y === null) return 'known in one only';
	const delta = d.y - d.x, sign = delta > 0 ? '+' : '', good = better === 'higher' ? delta > 0 : delta < 0;
	return {text: sign + figureSigned(d.figure, delta), value: delta, class: better === 'neither' ? 'even' : good ? 'lead' : 'worse', title: better === 'neither' ? undefined : good ? 'better' : 'worse'};
}

function differencesSection(model) {
	const a = model.runs[0];
	const parts = model.runs.slice(1).map(b => {
		const d = differencesOf(a, b), words = `${a.name} and ${b.name} share ${count(d.shared)} row${d.shared === 1 ? '' : 's'}` +
			(d.onlyA || d.onlyB ? `; ${count(d.onlyA)} ${d.onlyA === 1 ? 'is' : 'are'} in ${a.name} only, ${count(d.onlyB)} in ${b.name} only` : '') + '.';
		const shown = d.list.filter(x => figures[x.figure] && (x.x === null || x.y === null || !alike(x.figure, x.x, x.y)));
		const rank = x => model.compared.indexOf(x.figure) < 0 ? 999 : model.compared.indexOf(x.figure);
		shown.sort((x, y) => rank(x) - rank(y));
		if (!d.shared) return [el('p', {}, words, ' There is nothing to compare row by row.')];
		if (!shown.length) return [el('p', {}, words, d.list.length ? ' They differ in less than is shown.' : ' No figure differs.')];
		const key = varyingKeys(a);
		const rows = shown.map(x => [figures[x.figure].title, x.row.filter((c, i) => key.includes(i)).join(' '), figureCell(x.figure, x.x), figureCell(x.figure, x.y), changeCell(x)]);
		const t = table(`${a.name} against ${b.name}: ${count(shown.length)} figures differ`, [{title: 'figure', text: true}, {title: 'row', text: true}, {title: a.name}, {title: b.name}, {title: 'change'}], rows, {id: 'differences'});
		return [el('p', {}, words), t];
	});
	return section('differences', 'Differences', ...parts.flat());
}

function varyingKeys(run) {
	const policy = run.keys.indexOf('policy');
	return run.keys.map((k, i) => i).filter(i => i === policy || run.rows.some(r => r[i] !== run.rows[0][i]));
}

function matrixTable(h, m) {
	const n = h.nodes.length, known = m.value.filter(v => v !== null), low = Math.min(...known), high = Math.max(...known);
	const rows = h.nodes.map((a, i) => [a.number, ...h.nodes.map((b, k) => m.value[i * n + k]).map(v => v === null ? 'unknown' : {text: v, value: v,
		node: el('span', {class: 'cell', style: `--q:${high > low ? Math.round((v - low) * 45 / (high - low)) : 0}%`}, String(v))})]);
	return el('div', {class: 'matrix'}, table(`${m.name} in ${m.unit} (${m.grade}: ${m.source})`, [{title: 'from \\ to'}, ...h.nodes.map(b => ({title: b.number}))], rows, {sort: false}));
}

function hostBlock(h) {
	const drawing = el('div', {class: 'drawing'});
	drawing.innerHTML = h.svg; // homenode's own drawing, its texts escaped
	const nodes = table('Nodes, CPUs, memory and devices', ['node', 'package', 'CPUs', 'CPU list', 'memory', 'kind', 'devices'].map((title, i) => ({title, text: i === 3 || i > 4})),
		h.nodes.map(n => [{text: n.number, value: n.number}, n.package === null ? 'none' : {text: n.package, value: n.package}, {text: n.nr_cpus, value: n.nr_cpus}, n.cpus, {text: bytes(n.memory_bytes), value: n.memory_bytes}, n.kind, n.devices]));
	return el('div', {}, el('h3', {}, h.name), el('p', {}, h.source), el('div', {class: 'host'}, el('div', {}, drawing, h.adrift ? el('p', {}, `On no known node: ${h.adrift}`) : '',
		fold('The same as a table', nodes)), el('div', {}, ...h.matrices.map(m => matrixTable(h, m)))));
}

function trustSection(model, run) {
	const grades = model.hosts.flatMap(h => h.grades.map(g => [h.name, g[0], g[1], {text: g[2], class: 'say'}]));
	return section('trust', 'How sure the figures are', el('p', {}, ...(run.real_clock ? ['Measured: figures differ between repeats; one run alone says little. Compare several with ', el('code', {}, 'homenode check'), '.']
		: ['Simulated: equal inputs give equal figures on every machine. Counts, spill and locality follow from the rules exactly; bandwidth, latency, slowdown and swing come from a model, which is as good as ' +
			'what it knows of the host: ', el('i', {}, 'probed'), ' (somebody measured this kind of machine), ', el('i', {}, 'firmware'), ' (HMAT), or ', el('i', {}, 'assumed'), ' (SLIT and shape).'])),
	run.cost && run.cost.latency_ppm !== null ? el('p', {}, `Bars of error on this page: latency ${percent(run.cost.latency_ppm, 0)} and bandwidth ${percent(run.cost.bandwidth_ppm, 0)}, the most that is stated for such figures. ` +
		'A slowdown is 1 and a loss; the loss is off by as much, what is lost to far pages by the error of latency, all else by that of bandwidth. All policies were priced with the same figures, so that most of the error is common to them: ' +
		'who leads by less may still lead, but this page does not say so.') : '',
	grades.length ? table('What the hosts\' figures rest on, and how far off they may be', ['host', 'figure', 'grade', 'error'].map(title => ({title, text: true})), grades, {id: 'grades'}) : '');
}

function aboutSection(model) {
	return section('about', 'How it was run', ...model.runs.map(run => el('dl', {}, ...(run.arguments ? [el('dt', {}, 'command'), el('dd', {}, el('code', {}, `homenode run ${run.arguments.join(' ')}`)),
		el('dt', {}, 'version'), el('dd', {}, run.version), el('dt', {}, 'backend'), el('dd', {}, run.backend), el('dt', {}, 'events'), el('dd', {}, `${count(run.events)} in ${durationText(run.wall_ms / 1000)}`)] : []),
	el('dt', {}, 'rows'), el('dd', {}, count(run.rows.length)), ...(run.inputs || []).flatMap(i => [el('dt', {}, 'input'), el('dd', {}, i.name, el('br'), el('small', {}, `sha256 ${i.sha256.slice(0, 16)}…`))]))));
}
