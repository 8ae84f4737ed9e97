// A host opened: its nodes, its zones, where their pages are and why.

// A zone's pages as a bar: at home in one colour, elsewhere in another.
function pagesBar(z, i) {
	const list = z.nodes[z.nodeList[i]],
		parts = [];
	let sum = 0;
	for (let k = z.part[i]; k < z.part[i + 1]; k++) {
		parts.push({node: z.partNode[k], mib: z.partMib[k]});
		sum += z.partMib[k];
	}
	if (!sum) return el('span', {}, 'not known');
	parts.sort((a, b) => b.mib - a.mib);
	return el(
		'span',
		{class: 'pages'},
		el(
			'span',
			{class: 'pagebar', 'aria-hidden': 'true'},
			...parts.map(p =>
				el('span', {
					class: list.includes(p.node) ? 'home' : 'away',
					style: `width:${((p.mib / sum) * 100).toFixed(1)}%`,
				}),
			),
		),
		parts.map(p => `${p.node}: ${bytes(p.mib * 1048576)}`).join(', '),
	);
}

const ZONES_LISTED = 80;

function hostPanel(view, span) {
	const {z, cap, state, host} = view,
		t = state.t,
		zones = [];
	if (host === null)
		return [
			el('p', {class: 'quiet'}, 'Click a host, or move to it with the arrow keys, to see its nodes and zones.'),
		];
	for (const i of z.byHost[host] || []) if (lives(z, i, t)) zones.push(i);
	const sizes = Array.from({length: z.nrNodes}, (_, n) => cap.mib[host * z.nrNodes + n]);
	const nodes = Array.from({length: z.nrNodes}, (_, n) => {
		const i = host * z.nrNodes + n,
			full = cap.mib[i],
			own = state.memory[i] - state.strange[i];
		return [
			{text: `node ${n}`, value: n},
			{
				node: el(
					'span',
					{class: 'meter', 'aria-hidden': 'true'},
					el('span', {class: 'home', style: `width:${Math.min(100, (own / full) * 100).toFixed(1)}%`}),
					el('span', {
						class: 'away',
						style: `width:${Math.min(100, (state.strange[i] / full) * 100).toFixed(1)}%`,
					}),
				),
				value: state.memory[i],
			},
			{text: bytes(state.memory[i] * 1048576), value: state.memory[i]},
			{text: cap.known ? bytes(full * 1048576) : 'not known', value: full},
			{text: bytes(state.strange[i] * 1048576), value: state.strange[i]},
			{text: Math.round(state.vcpus[i] * 10) / 10, value: state.vcpus[i]},
		];
	});
	zones.sort((a, b) => z.memory[b] - z.memory[a] || z.number[a] - z.number[b]);
	const rows = zones.slice(0, ZONES_LISTED).map(i => [
		zoneName(z, i),
		{text: z.vcpus[i], value: z.vcpus[i]},
		{text: bytes(z.memory[i]), value: z.memory[i]},
		{node: pagesBar(z, i), value: z.part[i + 1] - z.part[i]},
		{text: z.local[i] < 0 ? '' : decimal(z.local[i], 10, 1), value: z.local[i]},
		{
			text: Number.isNaN(z.slowdown[i]) ? '' : z.slowdown[i].toFixed(3),
			value: Number.isNaN(z.slowdown[i]) ? -1 : z.slowdown[i],
		},
		{text: timeText(z.start[i] * z.tick, span), value: z.start[i]},
		{text: durationText((z.end[i] - z.start[i]) * z.tick), value: z.end[i] - z.start[i]},
		{text: `${whereText(z, i)} ${cap.known ? arrivalText(z, i, sizes) : ''}`, class: 'say'},
	]);
	return [
		el(
			'h3',
			{},
			`Host ${host} under ${view.name}, ${timeText(t * z.tick, span)}: ${zones.length} zone${zones.length === 1 ? '' : 's'}`,
		),
		table(
			'Nodes',
			[
				{title: 'node', text: true},
				{title: 'memory in use', text: true},
				{title: 'in use'},
				{title: 'of'},
				{title: 'held by zones of other nodes'},
				{title: 'vCPUs'},
			],
			nodes,
			{sort: false},
		),
		rows.length
			? el(
					'div',
					{class: 'zones'},
					table(
						'Zones, the largest first',
						[
							'zone',
							'vCPUs',
							'memory',
							'pages by node',
							'local, %',
							'slowdown',
							'since',
							'lives for',
							'why there, as far as zones.csv says',
						].map((title, i) => ({title, text: i === 0 || i === 3 || i === 8})),
						rows,
					),
				)
			: el('p', {}, 'No zone lives here at this time.'),
		zones.length > ZONES_LISTED ? el('p', {}, `The ${ZONES_LISTED} largest of ${zones.length}.`) : '',
	];
}
