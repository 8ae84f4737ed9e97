// Policies that differ in one word, side by side; two runs, side by side.

const pairKinds = [
	{title: 'Compact against scatter', of: c => c.name, a: 'compact', b: 'scatter'},
	{title: 'Static against dynamic memory', of: c => c.name, a: 'static', b: 'dynamic'},
];

function pairsOf(place, kind) {
	return place.contenders
		.filter(c => kind.of(c).includes(kind.a))
		.map(a => ({a, b: place.contenders.find(c => kind.of(c) === kind.of(a).replace(kind.a, kind.b))}))
		.filter(p => p.b);
}

function pairTable(place, pair, compared) {
	const rows = compared
		.filter(
			f =>
				meanOf(pair.a, f) !== null &&
				meanOf(pair.b, f) !== null &&
				!alike(f, meanOf(pair.a, f), meanOf(pair.b, f)),
		)
		.map(f => {
			const x = meanOf(pair.a, f),
				y = meanOf(pair.b, f),
				sure = differs(place.run, pair.a, pair.b, f) && !apart(place, pair.a, f) && !apart(place, pair.b, f);
			const first = x > y === (figures[f].better === 'higher');
			return [
				figureTitle(f),
				figureCell(f, x, sure ? (first ? 'lead' : '') : 'even'),
				figureCell(f, y, sure ? (first ? '' : 'lead') : 'even'),
			];
		});
	return rows.length
		? table(
				`${pair.a.name} against ${pair.b.name}`,
				[{title: 'figure', text: true}, {title: pair.a.name}, {title: pair.b.name}],
				rows,
			)
		: el('p', {}, `${pair.a.name} and ${pair.b.name} are equal in all that has a better and a worse.`);
}

function pairSections(place, compared) {
	return pairKinds
		.map((kind, i) => ({kind, pairs: pairsOf(place, kind), i}))
		.filter(x => x.pairs.length)
		.map(({kind, pairs, i}) =>
			section(
				`pairs${i}`,
				kind.title,
				el('p', {}, 'Figures that differ; the better one is marked, where the difference is beyond the error.'),
				el('div', {class: 'pairs'}, ...pairs.map(p => pairTable(place, p, compared))),
			),
		);
}

// The larger of the model's errors of a figure, of a row in either run.
function errorOf(a, mine, b, other, figure) {
	const one = (run, cells) => modelError(run, {rows: rowsOf({...run, rows: [cells]})}, figure);
	return figures[figure] && figures[figure].source === 'predicted' ? Math.max(one(a, mine), one(b, other)) : 0;
}

// Two runs and more: what is different comes first.
function differencesOf(a, b) {
	const key = (run, cells) =>
			run.keys
				.map((k, i) => `${k}=${cells[i]}`)
				.sort()
				.join('\u0001'),
		theirs = new Map(b.rows.map(c => [key(b, c), c])),
		out = [];
	let shared = 0;
	for (const cells of a.rows) {
		const other = theirs.get(key(a, cells));
		if (!other) continue;
		shared++;
		a.figures.forEach((f, i) => {
			const j = b.figures.indexOf(f);
			if (j < 0) return;
			const x = cells[a.keys.length + i],
				y = other[b.keys.length + j];
			if (x !== y) out.push({row: cells.slice(0, a.keys.length), figure: f, x, y, error: errorOf(a, cells, b, other, f)});
		});
	}
	return {shared, onlyA: a.rows.length - shared, onlyB: b.rows.length - shared, list: out};
}

function changeCell(d) {
	const better = figures[d.figure] && figures[d.figure].better;
	if (d.x === null || d.y === null) return 'known in one only';
	const delta = d.y - d.x,
		sign = delta > 0 ? '+' : '',
		good = better === 'higher' ? delta > 0 : delta < 0;
	const points = figures[d.figure].unit === 'ppm_share';
	const cell = {
		text: sign + (points ? `${figureText(d.figure, delta)} points` : figureSigned(d.figure, delta)),
		value: delta,
	};
	if (better === 'neither') return {...cell, class: 'even'};
	if (Math.abs(delta) <= d.error) return {...cell, class: 'even', title: "below the model's error"};
	return {...cell, class: good ? 'lead' : 'worse', title: good ? 'better' : 'worse'};
}

// Figures that one of the runs does not have are a sentence, not a row each.
function oneSided(a, b, list) {
	const names = side => [...new Set(list.filter(side).map(d => figures[d.figure].title))];
	const onlyA = names(d => d.y === null && d.x !== null);
	const onlyB = names(d => d.x === null && d.y !== null);
	return [
		onlyA.length ? el('p', {class: 'quiet'}, `Known in ${a.name} only: ${onlyA.join(', ')}.`) : '',
		onlyB.length ? el('p', {class: 'quiet'}, `Known in ${b.name} only: ${onlyB.join(', ')}.`) : '',
	];
}

function differenceRows(a, list) {
	const key = varyingKeys(a);
	return list.map(d => [
		figureTitle(d.figure),
		d.row.filter((_cell, i) => key.includes(i)).join(' '),
		figureCell(d.figure, d.x),
		figureCell(d.figure, d.y),
		changeCell(d),
	]);
}

function differenceParts(model, a, b) {
	const d = differencesOf(a, b);
	const only = d.onlyA || d.onlyB ? `; ${count(d.onlyA)} in ${a.name} only, ${count(d.onlyB)} in ${b.name} only` : '';
	const words = `${a.name} and ${b.name} share ${count(d.shared)} row${d.shared === 1 ? '' : 's'}${only}.`;
	if (!d.shared) return [el('p', {}, words, ' There is nothing to compare row by row.')];
	const named = d.list.filter(x => figures[x.figure]);
	const shown = named.filter(x => x.x !== null && x.y !== null && !alike(x.figure, x.x, x.y));
	const order = x => model.compared.indexOf(x.figure);
	const first = shown.filter(x => order(x) >= 0).sort((x, y) => order(x) - order(y));
	const rest = shown.filter(x => order(x) < 0);
	const columns = ['figure', 'row', a.name, b.name, 'change'].map((title, i) => ({title, text: i < 2}));
	const said = !shown.length ? (d.list.length ? ' What both know is the same.' : ' No figure differs.') : '';
	return [
		el('p', {}, words, said),
		first.length
			? table(`${a.name} against ${b.name}: what policies are compared by`, columns, differenceRows(a, first))
			: '',
		rest.length
			? fold(
					`${count(rest.length)} more figures differ`,
					table(`${a.name} against ${b.name}: other figures`, columns, differenceRows(a, rest)),
				)
			: '',
		...oneSided(a, b, named),
	];
}

function differencesSection(model) {
	const a = model.runs[0];
	return section('differences', 'Differences', ...model.runs.slice(1).flatMap(b => differenceParts(model, a, b)));
}

function varyingKeys(run) {
	const policy = run.keys.indexOf('policy');
	return run.keys.map((k, i) => i).filter(i => i === policy || run.rows.some(r => r[i] !== run.rows[0][i]));
}
