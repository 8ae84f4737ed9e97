// A recording of a host: which of its zones drift, and how full its nodes are.

const drawnMost = 12; // zones with a curve

// Those that drifted most first; those that have no home last.
function byDrift(zones) {
	const of = z => (z.drift_pages === null ? -Infinity : z.drift_pages);
	return [...zones].sort((a, b) => of(b) - of(a) || (a.least_ppm ?? Infinity) - (b.least_ppm ?? Infinity));
}

// {lead, text, sure}: the answer in words.
function driftAnswer(r) {
	const zones = byDrift(r.zones),
		drift = zones.filter(z => z.drift_pages > 0),
		away = zones.filter(z => !(z.drift_pages > 0) && z.last_ppm !== null && z.last_ppm < 1000000),
		blind = r.zones.filter(z => z.last_ppm === null).length;
	const span = durationText(r.time_ms[r.time_ms.length - 1] / 1000 || 0);
	const lead = drift.length
		? `${count(drift.length)} of ${count(zones.length)} zone${zones.length === 1 ? '' : 's'} drift${drift.length === 1 ? 's' : ''}.`
		: `No zone drifts, of ${count(zones.length)}.`;
	const worst = drift
		.slice(0, 3)
		.map(z => `${z.name}: ${bytes(z.drift_pages * 4096)} more away from home, ${percent(z.last_ppm)} of it at home at last`);
	return {
		lead,
		text: worst.length ? `In ${span} ${worst.join('; ')}${drift.length > 3 ? '; the others are below' : ''}.` : `In ${span}.`,
		sure: [
			away.length ? `${count(away.length)} more ${away.length === 1 ? 'is' : 'are'} not all at home and stayed so.` : '',
			blind ? `Of ${count(blind)} nothing can be said: no home, or pages that cannot be seen.` : '',
		]
			.filter(Boolean)
			.join(' '),
	};
}

const localQuantity = {
	figure: 'local_ppm',
	title: 'Pages at home, %',
	format: v => decimal(v, 10000, 0),
	value: v => percent(v, 2),
	range: v => [Math.max(0, Math.min(...v) - 10000), Math.max(...v) > 990000 ? 1005000 : Math.max(...v) + 10000],
};

const fillQuantity = {
	figure: 'used_ppm',
	title: 'Memory of the node in use, %',
	format: v => decimal(v, 10000, 0),
	value: v => percent(v, 2),
	range: v => [0, Math.max(1000000, ...v) * 1.02],
};

// Curves of zones, or of nodes, as the charts take them.
function curvesOfRecording(r, items, nameOf) {
	const time_s = r.time_ms.map(t => t / 1000);
	return items.map((item, index) => ({contender: {name: nameOf(item), index}, curve: {time_s, ...item}}));
}

// Zones of one name are told apart by their ids.
function zoneNamer(zones) {
	const seen = new Map();
	zones.forEach(z => seen.set(z.name, (seen.get(z.name) || 0) + 1));
	return z => (seen.get(z.name) > 1 ? `${z.name} (${z.id})` : z.name);
}

function recordedZones(r, nameOf) {
	const share = v => (v === null ? {text: '', value: undefined} : figureCell('local_page_ppm', v));
	const heads = ['zone', 'kind', 'home', 'memory', 'first, %', 'last, %', 'least, %', 'more away', 'slowdown', 'I/O', 'state'];
	return table(
		'Zones, those that drifted most first',
		heads.map((title, i) => ({title, text: i < 3 || i > 8})),
		byDrift(r.zones).map(z => [
			{text: nameOf(z), title: z.id},
			z.kind,
			z.home ? `node ${z.home}` : 'none',
			z.bytes === null ? '' : {text: bytes(z.bytes), value: z.bytes},
			share(z.first_ppm),
			share(z.last_ppm),
			share(z.least_ppm),
			z.drift_pages === null ? '' : {text: bytes(z.drift_pages * 4096), value: z.drift_pages},
			z.slowdown_ppm === null ? '' : figureCell('slowdown_ppm', z.slowdown_ppm),
			z.io_away ? 'from another node' : '',
			z.there ? 'lives' : 'ended',
		]),
		{id: 'recorded-zones'},
	);
}

function zonesOverTime(r, clock, nameOf) {
	const drawn = byDrift(r.zones)
		.filter(z => z.local_ppm.some(v => v !== null))
		.slice(0, drawnMost);
	const list = curvesOfRecording(r, drawn, nameOf);
	if (!list.length) return [el('p', {}, 'No zone has a home, or none has pages that can be seen.')];
	return [
		r.zones.length > drawn.length
			? el('p', {class: 'quiet'}, `Drawn are the ${count(drawn.length)} that drifted most; the table has all.`)
			: '',
		...chartsOf([localQuantity], list, {contenders: list.map(x => x.contender)}, clock, 'Zones'),
	];
}

function nodesOverTime(r, clock) {
	const list = curvesOfRecording(r, r.nodes, n => `node ${n.number}`).filter(x => x.curve.used_ppm.some(v => v !== null));
	if (!list.length) return [el('p', {}, 'What nodes have free is not known.')];
	return [
		...chartsOf([fillQuantity], list, {contenders: list.map(x => x.contender)}, clock, 'Nodes'),
		table(
			'Nodes',
			['node', 'size', 'least free'].map(title => ({title})),
			r.nodes.map(n => [
				{text: n.number, value: n.number},
				n.size_bytes === null ? '' : {text: bytes(n.size_bytes), value: n.size_bytes},
				n.least_free_bytes === null ? '' : {text: bytes(n.least_free_bytes), value: n.least_free_bytes},
			]),
		),
	];
}

function recordingFacts(r) {
	const ms = v => (v === null ? 'not known' : `${decimal(v, 1000000, 1)} ms`);
	return el(
		'dl',
		{},
		...[
			['file', r.name],
			['host', r.host],
			['from', r.start],
			['samples', count(r.samples) + (r.every > 1 ? `, of which one in ${count(r.every)} is drawn` : '')],
			['looking took', `${ms(r.took_ns)}, ${ms(r.cost_ns)} of a CPU, in the mean`],
		].flatMap(([name, value]) => [el('dt', {}, name), el('dd', {}, value)]),
		...(r.notes.length ? [el('dt', {}, 'notes'), ...r.notes.map(n => el('dd', {}, n))] : []),
	);
}

function fillRecording(model) {
	const r = model.recording,
		a = driftAnswer(r),
		clock = makeClock(),
		nameOf = zoneNamer(r.zones),
		title = `homenode: ${r.name}`;
	const main = document.getElementById('main'),
		zones = el('div', {}),
		nodes = el('div', {});
	document.title = title;
	main.replaceChildren(
		section(
			'answer',
			'In short',
			el(
				'div',
				{class: 'answer'},
				el('p', {class: 'sentence'}, el('strong', {}, a.lead), ` ${a.text}`),
				el('p', {class: 'quiet'}, a.sure),
			),
			recordedZones(r, nameOf),
		),
		section('zones', 'Zones over time', zones),
		section('nodes', 'Nodes over time', nodes),
		section('hosts', 'Host', ...model.hosts.map(hostBlock)),
		section('about', 'The recording', recordingFacts(r)),
	);
	document
		.getElementById('head')
		.replaceChildren(
			el('h1', {}, title),
			el('p', {class: 'what'}, `${r.host} · from ${r.start} · ${count(r.samples)} samples`),
			navigation(main),
		);
	queueMicrotask(() => {
		zones.replaceChildren(...zonesOverTime(r, clock, nameOf));
		nodes.replaceChildren(...nodesOverTime(r, clock));
	});
}
