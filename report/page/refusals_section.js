// Refused zones on the page: counts, then by reason, by shape, zone by zone.

function refusalSummary(place) {
	const all = [
		['zones_refused', 'refused'],
		['refused_no_room', 'no room: memory or CPUs'],
		['refused_infeasible', 'node count cannot be met'],
		['refused_no_device', 'device missing or taken'],
		['first_refusal_zone', 'first refused, by arrival'],
	];
	// a reason that nobody had is no column
	const shown = all.filter(([f]) => place.contenders.some(c => meanOf(c, f) > 0));
	const columns = shown.map(([f]) => f),
		titles = shown.map(([, title]) => title);
	// the number of a zone has no mean: the earliest of all seeds
	const value = (c, f) => (f === 'first_refusal_zone' ? summarise(c, f).low : meanOf(c, f));
	const seeds = place.seeds.length;
	const rows = place.contenders
		.filter(c => meanOf(c, 'zones_refused') > 0)
		.map(c => [
			c.name,
			...columns.map(f => (figures[f] && meanOf(c, f) !== null ? figureCell(f, value(c, f)) : '')),
		]);
	return table(
		`Refused zones by reason${seeds > 1 ? `, means of ${seeds} seeds` : ''}`,
		[{title: 'policy', text: true}, ...titles.map(title => ({title}))],
		rows,
		{
			id: 'refused',
		},
	);
}

function refusedRows(place) {
	const all = place.run.zones ? place.run.zones.rows : [];
	return place.contenders.flatMap(contender =>
		contender.rows
			.map(r => all.find(x => x.row === r.index))
			.filter(Boolean)
			.map(row => ({contender, refused: row.refused, nr: row.nr_refused})),
	);
}

function zoneTable(name, zones, span) {
	return table(
		name,
		[
			'zone',
			'when',
			'reason',
			'hosts asked',
			'first host asked',
			'most free on a host',
			'most free on a node',
			'vCPUs free on a host',
		].map((title, i) => ({title, text: i === 2})),
		zones.map(x => [
			{text: x.number, value: x.number},
			{text: timeText(x.time, span), value: x.time},
			{text: x.reason, class: 'say'},
			x.asked ?? '',
			x.askedHost ?? '',
			x.hostFree === null ? '' : {text: bytes(x.hostFree), value: x.hostFree},
			x.nodeFree === null ? '' : {text: bytes(x.nodeFree), value: x.nodeFree},
			x.hostVcpus ?? '',
		]),
	);
}

// A table is made when it is asked for: there can be thousands of rows.
function lazyFold(summary, make) {
	const d = fold(summary);
	const fill = () => {
		if (d.children.length === 1) d.append(make());
	};
	d.addEventListener('toggle', () => d.open && fill());
	return d;
}

function refusalKind(kind, total, span) {
	const names = [...new Set(kind.shapes.flatMap(s => Object.keys(s.by)))];
	const share = (kind.nr / total) * 100;
	const shapes = kind.shapes
		.slice(0, 40)
		.map(s =>
			el(
				'li',
				{},
				el('b', {}, `${s.vcpus} vCPUs, ${bytes(s.memory)}`),
				`: ${count(s.nr)} `,
				...Object.entries(s.by).map(([name, zones]) =>
					lazyFold(`${name}: ${count(zones.length)} zone${zones.length === 1 ? '' : 's'}`, () =>
						zoneTable(`${name}: zones of ${s.vcpus} vCPUs and ${bytes(s.memory)}`, zones, span),
					),
				),
			),
		);
	return el(
		'details',
		{class: 'kind'},
		el(
			'summary',
			{},
			el('span', {class: 'share', 'aria-hidden': 'true'}, el('span', {style: `width:${share.toFixed(1)}%`})),
			el(
				'span',
				{},
				el('b', {}, count(kind.nr)),
				` ${kind.common.replace(/#/g, '…') || kind.code} `,
				el('code', {}, kind.code),
			),
		),
		el(
			'p',
			{class: 'quiet'},
			kind.example ? `The first: "${kind.example}". ` : '',
			`Under ${listNames(names, 6)}.`,
		),
		el('ul', {}, ...shapes),
		kind.shapes.length > 40 ? el('p', {}, `and ${kind.shapes.length - 40} more shapes`) : '',
	);
}

function refusalsSection(place) {
	const any = place.contenders.some(c => meanOf(c, 'zones_refused') > 0);
	if (!any) return [el('p', {}, 'No zone was refused.')];
	const rows = refusedRows(place),
		kinds = groupRefused(rows),
		listed = kinds.reduce((a, k) => a + k.nr, 0),
		all = rows.reduce((a, r) => a + r.nr, 0);
	const span = place.run.zones ? (place.run.zones.end_ticks * place.run.zones.tick_ns) / 1e9 : 0;
	return [
		refusalSummary(place),
		kinds.length
			? el('h3', {}, `By reason, by shape, zone by zone${place.seeds.length > 1 ? ', all seeds together' : ''}`)
			: '',
		...kinds.map(k => refusalKind(k, listed, span)),
		all > listed
			? el('p', {class: 'quiet'}, `The first ${count(listed)} of ${count(all)} are listed; all are in zones.csv.`)
			: '',
		place.run.zones
			? ''
			: el(
					'p',
					{},
					'When, where and with what words zones were refused is in zones.csv, which a run with ',
					el('code', {}, '--zones'),
					' writes.',
				),
	];
}
