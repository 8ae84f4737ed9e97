// Prediction against measurement. Rows: means over repeats of what both runs have in common.
const measuredFigures = [
	['zones_placed'],
	['zones_refused'],
	['zones_spilled'],
	['spilled_bytes'],
	['local_page_ppm'],
	['own_page_ppm'],
	['mean_distance_centi'],
	['triad_bytes_per_s', 'predicted_triad_bytes_per_s'],
	['chase_ps', 'predicted_chase_ps'],
];

function errorPpm(predicted, found) {
	return found === 0 ? (predicted === 0 ? 0 : null) : Math.round(((predicted - found) * 1e6) / found);
}

function errorCell(ppm) {
	return ppm === null ? '' : {text: (ppm < 0 ? '' : '+') + decimal(ppm, 10000, 1), value: ppm};
}

function measuredRows(run, machine) {
	const kind = r => `${r.key.workload} ${r.key.policy} ${r.key.memory_policy}`,
		mine = rowsOf(run),
		theirs = rowsOf(machine),
		out = [];
	for (const name of [...new Set(mine.map(kind))]) {
		const of = (rows, f) => summarise({rows: rows.filter(r => kind(r) === name)}, f);
		for (const [found, predicted = found] of measuredFigures) {
			const m = of(theirs, found),
				p = of(mine, predicted) || (predicted !== found ? of(theirs, predicted) : null);
			if (m && p)
				out.push({
					name,
					figure: found,
					predicted: p.mean,
					found: m.mean,
					low: m.low,
					high: m.high,
					nr: m.nr,
					error: errorPpm(p.mean, m.mean),
				});
		}
	}
	return out;
}

function verdictOf(pairs) {
	const errors = pairs.map(p => Math.abs(errorPpm(p[4], p[5]))).sort((a, b) => a - b);
	const within = pairs.filter(p => p[6] !== null && Math.abs(p[4] - p[5]) <= p[6]).length;
	return (
		`${count(pairs.length)} zones: the prediction is off by ${percent(errors[(errors.length - 1) >> 1])} in the ` +
		`median, ${percent(errors[errors.length - 1])} at worst; ` +
		`${within} lie within their measurement's 95 % interval.`
	);
}

function scatter(title, unit, pairs) {
	const u = units[unit],
		w = 420,
		h = 320,
		left = 52,
		bottom = 36,
		v = x => x / u.one;
	const top = Math.max(...pairs.map(p => v(Math.max(p[4], p[5] + (p[6] || 0))))) * 1.05 || 1;
	const x = a => left + (a / top) * (w - left - 10),
		y = a => 10 + ((top - a) / top) * (h - bottom - 10);
	const ticks = [0, 0.25, 0.5, 0.75, 1].map(f => f * top);
	return svgEl(
		'svg',
		{
			viewBox: `0 0 ${w} ${h}`,
			role: 'img',
			'aria-label': `${title}: a point for each zone, predicted against measured, with its 95 % interval; on the line they are equal`,
			class: 'plain scatter',
		},
		...ticks.map(t =>
			svgEl(
				'g',
				{},
				svgEl('path', {class: 'grid', d: `M${left} ${y(t)}H${w - 10}`}),
				svgEl('text', {x: left - 6, y: y(t) + 4, 'text-anchor': 'end'}, t.toFixed(top < 10 ? 1 : 0)),
				svgEl('text', {x: x(t), y: h - bottom + 16, 'text-anchor': 'middle'}, t.toFixed(top < 10 ? 1 : 0)),
			),
		),
		svgEl('path', {class: 'mark', d: `M${x(0)} ${y(0)}L${x(top)} ${y(top)}`}),
		...pairs
			.slice(0, 2000)
			.map(p =>
				svgEl(
					'g',
					{class: 'point'},
					svgEl('path', {d: `M${x(v(p[4]))} ${y(v(p[5] - (p[6] || 0)))}V${y(v(p[5] + (p[6] || 0)))}`}),
					svgEl(
						'circle',
						{cx: x(v(p[4])), cy: y(v(p[5])), r: 3},
						svgEl(
							'title',
							{},
							`${p[0]}: predicted ${decimal(p[4], u.one, u.decimals)}, measured ${decimal(p[5], u.one, u.decimals)} ${u.sign}`,
						),
					),
				),
			),
		svgEl('text', {x: w - 10, y: h - 4, 'text-anchor': 'end'}, `predicted, ${u.sign}`),
		svgEl('text', {x: left + 4, y: 18}, `measured, ${u.sign}`),
	);
}

function quantityBlock(q) {
	const u = units[q.unit],
		cell = v => (v === null ? 'not known' : {text: decimal(v, u.one, u.decimals), value: v});
	const rows = q.pairs
		.slice(0, 500)
		.map(p => [p[0], `${p[1]} ${p[2]}`, p[3], cell(p[4]), cell(p[5]), cell(p[6]), errorCell(errorPpm(p[4], p[5]))]);
	return [
		el('h3', {}, q.title),
		el('p', {}, verdictOf(q.pairs)),
		scatter(q.title, q.unit, q.pairs),
		fold(
			q.pairs.length > 500 ? `The first 500 of ${count(q.pairs.length)} zones` : 'Zone by zone',
			table(
				q.title,
				[
					'zone',
					'policy',
					'nodes',
					`predicted, ${u.sign}`,
					`measured, ${u.sign}`,
					'95 % interval, either side',
					'error of the prediction, %',
				].map((title, i) => ({title, text: i < 3})),
				rows,
			),
		),
	];
}

function measuredSection(model) {
	const run = model.runs[0],
		machine = model.machine,
		zones = (machine && machine.measured) || run.measured,
		parts = [];
	if (!zones && !machine) return null;
	if (machine) {
		parts.push(
			el('p', {}, `Measured: ${machine.name}, backend ${machine.backend || 'unknown'}.`),
			table(
				'Rows of both runs: means over their repeats',
				[
					'policy and memory',
					'figure',
					'predicted',
					'measured',
					'repeats measured',
					'error of the prediction, %',
				].map((title, i) => ({title, text: i < 2})),
				measuredRows(run, machine).map(r => [
					r.name,
					figureTitle(r.figure),
					figureCell(r.figure, r.predicted),
					figureCell(r.figure, r.found),
					{
						text: `${figureText(r.figure, r.low)} to ${figureText(r.figure, r.high)} in ${r.nr}`,
						value: r.high - r.low,
					},
					errorCell(r.error),
				]),
				{id: 'measured-rows'},
			),
		);
	}
	(zones || []).filter(q => q.pairs.length).forEach(q => parts.push(...quantityBlock(q)));
	return section('measured', 'Prediction against measurement', ...parts);
}
