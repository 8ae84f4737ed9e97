// Tables that sort by their headings and scroll in a narrow window.

// columns: [{title, text}] (text: to the left); rows: lists of cells: text, a number, or {text, value, class, title, node}.
function table(caption, columns, rows, {id, sort = true, foot} = {}) {
	const heads = columns.map(c =>
		el('th', {scope: 'col', class: c.text ? 't' : null}, sort ? el('button', {type: 'button'}, c.title) : c.title),
	);
	const body = el(
		'tbody',
		{id},
		...rows.map(cells =>
			el(
				'tr',
				{},
				...cells.map((cell, i) => {
					const c = typeof cell === 'object' && cell !== null ? cell : {text: cell};
					const shown = c.node || (c.text === null || c.text === undefined ? '' : String(c.text));
					const attributes = {
						class: [columns[i].text ? 't' : '', c.class || ''].join(' ').trim() || null,
						title: c.title,
						'data-v': c.value,
					};
					return i === 0 ? el('th', {scope: 'row', ...attributes}, shown) : el('td', attributes, shown);
				}),
			),
		),
	);
	const t = el(
		'table',
		{class: sort ? 'sort' : null},
		el('caption', {}, el('span', {}, caption)),
		el('thead', {}, el('tr', {}, ...heads)),
		body,
	);
	if (sort) heads.forEach((h, i) => h.firstChild.addEventListener('click', () => sortTable(t, heads, i)));
	return el('div', {class: 'wide', tabindex: '0', role: 'region', 'aria-label': caption}, t, foot || '');
}

function sortTable(t, heads, i) {
	const sign = heads[i].getAttribute('aria-sort') === 'ascending' ? -1 : 1;
	heads.forEach(h => h.removeAttribute('aria-sort'));
	heads[i].setAttribute('aria-sort', sign > 0 ? 'ascending' : 'descending');
	const key = r => (r.cells[i].dataset.v === undefined ? r.cells[i].textContent : Number(r.cells[i].dataset.v));
	const body = t.tBodies[0];
	body.append(
		...[...body.rows].sort((a, b) => {
			const x = key(a),
				y = key(b);
			if (typeof x !== typeof y) return typeof x === 'number' ? -1 : 1;
			return sign * (x < y ? -1 : x > y ? 1 : 0);
		}),
	);
}

function figureCell(figure, value, cls) {
	return {
		text: figureText(figure, value),
		value: value === null || value === undefined ? undefined : Math.round(value),
		class: cls,
	};
}

function fold(summary, ...children) {
	return el('details', {}, el('summary', {}, summary), ...children);
}

function known(place, figure) {
	return place.contenders.some(c => meanOf(c, figure) !== null);
}
function sameInAll(place, figure) {
	const values = place.contenders.map(c => meanOf(c, figure)).filter(v => v !== null);
	return values.length === place.contenders.length && values.every(v => alike(figure, v, values[0]));
}

const standClass = {lead: 'lead', even: 'even', apart: 'apart', rest: '', unknown: ''};

// Of one policy alone, a line a figure: there is nobody to compare it with.
function figuresTable(place, compared) {
	const c = place.contenders[0],
		seeds = place.seeds.length;
	const rows = compared
		.filter(f => known(place, f))
		.map(f => {
			const half = halfWidth(place.run, c, f);
			return [
				figureTitle(f),
				figureCell(f, meanOf(c, f)),
				half ? {text: `± ${figureText(f, half)}`, value: half} : '',
				{text: figures[f].meaning, class: 'say'},
			];
		});
	return table(
		`Figures of ${c.name}${seeds > 1 ? `, means of ${seeds} seeds` : ''}`,
		['figure', 'value', 'error', 'meaning'].map((title, i) => ({title, text: i === 0 || i === 3})),
		rows,
		{id: 'policies'},
	);
}

// What policies are compared by.
function policyTable(place, compared) {
	const shown = compared.filter(f => known(place, f) && !sameInAll(place, f));
	const stands = Object.fromEntries(shown.map(f => [f, standing(place, f)]));
	const rows = place.contenders.map(c => [
		c.name,
		...shown.map(f => ({
			...figureCell(f, meanOf(c, f), standClass[stands[f][c.index]]),
			title: [standingWords[stands[f][c.index]], apart(place, c, f)].filter(Boolean).join(': ') || undefined,
		})),
	]);
	return table(
		`What policies are compared by${place.seeds.length > 1 ? `, means of ${place.seeds.length} seeds` : ''}`,
		[{title: 'policy', text: true}, ...shown.map(f => ({title: figureTitle(f)}))],
		rows,
		{id: 'policies'},
	);
}

function sameSentence(place, compared) {
	const same = compared.filter(f => known(place, f) && sameInAll(place, f) && place.contenders.length > 1);
	if (!same.length) return '';
	return el(
		'p',
		{},
		'The same under all policies: ',
		...same.flatMap((f, i) => [
			i ? '; ' : '',
			figures[f].title + ' ',
			el('b', {}, figureSigned(f, meanOf(place.contenders[0], f))),
		]),
		'.',
	);
}

function unknownSentence(place, compared) {
	const missing = compared.filter(f => !known(place, f));
	return missing.length
		? el('p', {class: 'quiet'}, `Not known in this run: ${missing.map(f => figures[f].title).join(', ')}.`)
		: '';
}

function meanings(place, compared) {
	return fold(
		'What the figures mean',
		el(
			'dl',
			{},
			...compared
				.filter(f => known(place, f))
				.flatMap(f => [
					el('dt', {}, figureTitle(f)),
					el(
						'dd',
						{},
						`${figures[f].meaning}; ${figures[f].source}; ${figures[f].better === 'higher' ? 'more' : 'less'} is better (`,
						el('code', {}, f),
						')',
					),
				]),
		),
	);
}

// Every figure of summary.csv as it stands there.
function summaryTable(run) {
	const columns = [...run.keys.map(k => ({title: k, text: true})), ...run.figures.map(f => ({title: f}))];
	const rows = run.rows.map(cells =>
		cells.map((c, i) => (i < run.keys.length ? c : c === null ? '' : {text: String(c), value: c})),
	);
	return table('Figures of summary.csv, a row for each policy, memory policy and seed', columns, rows, {
		id: 'summary',
	});
}
