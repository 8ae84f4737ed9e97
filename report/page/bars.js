// A small chart a figure: a bar for each policy, in the order of --policy, with its error. Nobody is left out.

const standingWords = {
	lead: 'best',
	even: 'no difference beyond the error',
	apart: 'not ranked',
	rest: '',
	unknown: 'not known',
};

// From where to where the axis goes: from none (a slowdown from 1, a distance from the own node's 10), to the longest whisker.
function barScale(place, figure) {
	const from = {ppm_factor: 1e6, slit_centi: 1000}[figures[figure].unit] || 0;
	let to = from,
		low = from;
	for (const c of place.contenders) {
		const mean = meanOf(c, figure);
		if (mean === null) continue;
		const half = halfWidth(place.run, c, figure);
		to = Math.max(to, mean + half);
		low = Math.min(low, mean - (mean < from ? half : 0));
	}
	if (figures[figure].unit === 'ppm_share') to = Math.min(to, Math.max(1e6, from));
	return {from, low, to: to > low ? to : low + 1};
}

function bar(place, figure, c, scale, stand) {
	const mean = meanOf(c, figure),
		half = halfWidth(place.run, c, figure);
	const at = v => Math.max(0, Math.min(100, ((v - scale.low) / (scale.to - scale.low)) * 100));
	const why = apart(place, c, figure);
	const track = el('span', {class: 'track', 'aria-hidden': 'true'});
	if (mean !== null) {
		const a = at(Math.min(mean, scale.from)),
			b = at(Math.max(mean, scale.from));
		track.append(
			el('span', {class: 'bar', style: `left:${a.toFixed(2)}%;width:${Math.max(b - a, 0).toFixed(2)}%`}),
		);
		if (half > 0) {
			const l = at(mean - half),
				r = at(mean + half);
			track.append(el('span', {class: 'whisker', style: `left:${l.toFixed(2)}%;width:${(r - l).toFixed(2)}%`}));
		}
	}
	const s = summarise(c, figure);
	const value = mean === null ? '–' : figureText(figure, mean);
	const title = [
		`${c.name}: ${figureSigned(figure, mean)}`,
		half ? `± ${figureSigned(figure, half)}` : '',
		s && s.nr > 1 ? `${s.nr} seeds, ${figureText(figure, s.low)} to ${figureText(figure, s.high)}` : '',
		why,
	]
		.filter(Boolean)
		.join('; ');
	return el(
		'li',
		{class: stand, title},
		el(
			'span',
			{class: 'who'},
			el('span', {}, c.name),
			c === place.baseline && place.contenders.length > 1 ? el('small', {}, 'baseline') : '',
		),
		track,
		el(
			'span',
			{class: 'value'},
			value,
			standingWords[stand] ? el('span', {class: 'sr'}, `, ${why || standingWords[stand]}`) : '',
		),
	);
}

// What stands beside a chart's title.
function rankNote(place, figure, stand, predicted) {
	const better = figures[figure].better,
		ranked = stand.filter(s => s !== 'apart' && s !== 'unknown');
	if (better === 'neither') return '';
	if (place.contenders.length > 1 && ranked.every(s => s === 'even')) {
		if (ranked.length < 2) return 'fewer than two are ranked';
		return predicted ? 'no difference beyond the error' : 'no difference between those ranked';
	}
	return `${better === 'higher' ? 'more' : 'less'} is better`;
}

function barChart(place, figure) {
	const scale = barScale(place, figure),
		stand = standing(place, figure);
	const predicted = place.contenders.some(c => modelError(place.run, c, figure) > 0);
	const sign = unitSign(figure);
	const note = rankNote(place, figure, stand, predicted);
	return el(
		'figure',
		{class: 'bars card'},
		el(
			'figcaption',
			{},
			el('b', {}, figures[figure].title),
			sign ? el('span', {class: 'unit'}, ` ${sign}`) : '',
			el('small', {}, [note, predicted ? 'estimate' : ''].filter(Boolean).join(' · ')),
		),
		el('ul', {}, ...place.contenders.map(c => bar(place, figure, c, scale, stand[c.index]))),
	);
}
