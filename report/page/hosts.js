// The hosts, how sure the figures are, how it was run.

function matrixTable(h, m) {
	const n = h.nodes.length,
		known = m.value.filter(v => v !== null),
		low = Math.min(...known),
		high = Math.max(...known);
	const rows = h.nodes.map((a, i) => [
		a.number,
		...h.nodes
			.map((b, k) => m.value[i * n + k])
			.map(v =>
				v === null
					? 'unknown'
					: {
							text: v,
							value: v,
							node: el(
								'span',
								{
									class: 'cell',
									style: `--q:${high > low ? Math.round(((v - low) * 45) / (high - low)) : 0}%`,
								},
								String(v),
							),
						},
			),
	]);
	return el(
		'div',
		{class: 'matrix'},
		table(
			`${m.name} in ${m.unit} (${m.grade}: ${m.source})`,
			[{title: 'from \\ to'}, ...h.nodes.map(b => ({title: b.number}))],
			rows,
			{sort: false},
		),
	);
}

function hostBlock(h) {
	const drawing = el('div', {class: 'drawing'});
	drawing.innerHTML = h.svg; // homenode's own drawing, its texts escaped
	const nodes = table(
		'Nodes, CPUs, memory and devices',
		['node', 'package', 'CPUs', 'CPU list', 'memory', 'kind', 'devices'].map((title, i) => ({
			title,
			text: i === 3 || i > 4,
		})),
		h.nodes.map(n => [
			{text: n.number, value: n.number},
			n.package === null ? 'none' : {text: n.package, value: n.package},
			{text: n.nr_cpus, value: n.nr_cpus},
			n.cpus,
			{text: bytes(n.memory_bytes), value: n.memory_bytes},
			n.kind,
			n.devices,
		]),
	);
	return el(
		'div',
		{},
		el('h3', {}, h.name),
		el('p', {}, h.source),
		el(
			'div',
			{class: 'host'},
			el(
				'div',
				{},
				drawing,
				h.adrift ? el('p', {}, `On no known node: ${h.adrift}`) : '',
				fold('The same as a table', nodes),
			),
			el('div', {}, ...h.matrices.map(m => matrixTable(h, m))),
		),
	);
}

function trustSection(model, run) {
	const grades = model.hosts.flatMap(h => h.grades.map(g => [h.name, g[0], g[1], {text: g[2], class: 'say'}]));
	return section(
		'trust',
		'How sure the figures are',
		el(
			'p',
			{},
			...(run.real_clock
				? [
						'Measured: figures differ between repeats; one run alone says little. Compare several with ',
						el('code', {}, 'homenode check'),
						'.',
					]
				: [
						'Simulated: equal inputs give equal figures on every machine. Counts, spill and locality follow from the ' +
							'rules exactly; bandwidth, latency, slowdown and swing come from a model, which is as good as ' +
							'what it knows of the host: ',
						el('i', {}, 'probed'),
						' (somebody measured this kind of machine), ',
						el('i', {}, 'firmware'),
						' (HMAT), or ',
						el('i', {}, 'assumed'),
						' (SLIT and shape).',
					]),
		),
		run.cost && run.cost.latency_ppm !== null
			? el(
					'p',
					{},
					`Bars of error on this page: latency ${percent(run.cost.latency_ppm, 0)} and bandwidth ` +
						`${percent(run.cost.bandwidth_ppm, 0)}, the most that is stated for such figures. ` +
						'A slowdown is 1 and a loss; the loss is off by as much, what is lost to far pages by the error of ' +
						'latency, all else by that of bandwidth. All policies were priced with the same figures, so that most of ' +
						'the error is common to them: ' +
						'who leads by less may still lead, but this page does not say so.',
				)
			: '',
		grades.length
			? table(
					"What the hosts' figures rest on, and how far off they may be",
					['host', 'figure', 'grade', 'error'].map(title => ({title, text: true})),
					grades,
					{id: 'grades'},
				)
			: '',
	);
}

function aboutSection(model) {
	return section(
		'about',
		'How it was run',
		...model.runs.map(run =>
			el(
				'dl',
				{},
				...(run.arguments
					? [
							el('dt', {}, 'command'),
							el('dd', {}, el('code', {}, `homenode run ${run.arguments.join(' ')}`)),
							el('dt', {}, 'version'),
							el('dd', {}, run.version),
							el('dt', {}, 'backend'),
							el('dd', {}, run.backend),
							el('dt', {}, 'events'),
							el('dd', {}, `${count(run.events)} in ${durationText(run.wall_ms / 1000)}`),
						]
					: []),
				el('dt', {}, 'rows'),
				el('dd', {}, count(run.rows.length)),
				...(run.inputs || []).flatMap(i => [
					el('dt', {}, 'input'),
					el('dd', {}, i.name, el('br'), el('small', {}, `sha256 ${i.sha256.slice(0, 16)}…`)),
				]),
			),
		),
	);
}
