// The first screen: the answer, a few tiles, a small chart for each key figure.

const keyFigures = [
	'zones_refused',
	'local_page_ppm',
	'slowdown_ppm',
	'swing_ppm',
	'remote_traffic_ppm',
	'spilled_bytes',
	'memory_latency_ps',
	'mean_distance_centi',
	'queue_wait_s',
	'balloon_failures',
	'regret_ppm',
	'triad_bytes_per_s',
	'chase_ps',
];

function answerBlock(place) {
	const a = answer(place);
	return el(
		'div',
		{class: 'answer'},
		el('p', {class: 'sentence'}, a.lead, el('strong', {}, a.name), a.lead ? a.text : ` ${a.text}`),
		a.why ? el('p', {}, a.why) : '',
		el('p', {class: 'quiet'}, a.sure),
	);
}

function tile(title, value, unit, note) {
	return el(
		'div',
		{class: 'tile'},
		el('dt', {}, title),
		el('dd', {}, el('span', {class: 'big'}, value), unit ? ` ${unit}` : '', note ? el('small', {}, note) : ''),
	);
}

function beside(place, c, figure) {
	const mine = meanOf(c, figure),
		base = meanOf(place.baseline, figure);
	if (c === place.baseline || mine === null || base === null) return '';
	if (alike(figure, mine, base)) return `as ${place.baseline.name}`;
	return `${place.baseline.name}: ${figureText(figure, base)}`;
}

function tiles(place) {
	const c = answer(place).best,
		list = [];
	const add = (figure, note) => {
		const mean = meanOf(c, figure);
		if (mean === null) return;
		const half = modelError(place.run, c, figure);
		list.push(
			tile(
				figures[figure].title,
				figureText(figure, mean),
				unitSign(figure) === 'times' ? '' : unitSign(figure),
				note ||
					[half ? `± ${figureText(figure, half)}` : '', beside(place, c, figure)].filter(Boolean).join(' · '),
			),
		);
	};
	add('hosts', place.topology);
	add('zones_placed');
	add('zones_refused');
	add('local_page_ppm');
	add('slowdown_ppm');
	add('peak_live_zones');
	add('spilled_bytes');
	if (place.contenders.length === 1)
		['swing_ppm', 'remote_traffic_ppm', 'memory_latency_ps', 'mean_distance_centi'].forEach(f => add(f));
	return el('dl', {class: 'tiles', 'aria-label': `Figures of ${c.name}`}, ...list);
}

// "a and b: placed fewer zones"
function reasonsApart(place, shown) {
	const by = new Map();
	for (const c of place.contenders)
		for (const why of new Set(shown.map(f => apart(place, c, f)).filter(Boolean)))
			by.set(why, [...(by.get(why) || []), c.name]);
	return [...by].map(([why, names]) => `${listNames(names)}: ${why}`);
}

function keyCharts(place) {
	if (place.contenders.length === 1) return [];
	const shown = keyFigures.filter(f => figures[f] && known(place, f) && !sameInAll(place, f));
	const same = keyFigures.filter(f => figures[f] && known(place, f) && !shown.includes(f));
	const legend = el(
		'ul',
		{class: 'legend', 'aria-label': 'Legend'},
		el('li', {class: 'lead'}, el('span', {class: 'swatch'}), 'best, and what cannot be told from it'),
		el('li', {class: 'rest'}, el('span', {class: 'swatch'}), 'others'),
		el('li', {class: 'even'}, el('span', {class: 'swatch'}), 'differences below the error'),
		el('li', {class: 'apart'}, el('span', {class: 'swatch'}), 'not ranked (reasons below)'),
		el(
			'li',
			{},
			el('span', {class: 'swatch error'}),
			place.seeds.length > 1 ? 'error of the model, or what lies between seeds' : 'error of the model',
		),
	);
	const reasons = reasonsApart(place, shown);
	return [
		legend,
		el(
			'div',
			{class: place.contenders.some(c => c.name.length > 18) ? 'charts long' : 'charts'},
			...shown.map(f => barChart(place, f)),
		),
		reasons.length ? el('p', {class: 'quiet'}, `Not ranked: ${reasons.join('. ')}.`) : '',
		same.length
			? el(
					'p',
					{class: 'quiet'},
					`The same under all policies: ${same.map(f => `${figures[f].title} ${figureSigned(f, meanOf(place.contenders[0], f))}`).join('; ')}.`,
				)
			: '',
	];
}
