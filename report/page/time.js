// Over time: mean locality, live zones and refusals of all policies, on one axis of time with one cursor.

// Curves of a place by contender, of one seed: [{contender, curve}]
function curvesOf(place, seed) {
	return place.contenders
		.map(c => {
			const row = c.rows.find(r => r.key.seed === seed);
			return {contender: c, curve: row && (place.run.timeline || []).find(t => t.row === row.index)};
		})
		.filter(x => x.curve);
}

// Those that are the same are drawn once: [{name, time, value, contenders}]
function mergeSame(list, figure) {
	const out = [];
	for (const {contender, curve} of list) {
		if (!curve[figure]) continue;
		const text = JSON.stringify([curve.time_s, curve[figure]]);
		const twin = out.find(s => s.text === text);
		if (twin) twin.contenders.push(contender);
		else out.push({text, time: curve.time_s, value: curve[figure], contenders: [contender]});
	}
	out.forEach(s => {
		s.name = s.contenders.map(c => c.name).join(' = ');
		s.hue = s.contenders[0].index;
	});
	return out;
}

const timeQuantities = [
	{
		figure: 'local_page_ppm',
		title: 'Local memory, %',
		format: v => decimal(v, 10000, 0),
		value: v => percent(v, 2),
		range: v => [Math.max(0, Math.min(...v) - 10000), Math.max(...v) > 990000 ? 1005000 : Math.max(...v) + 10000],
	},
	{
		figure: 'live_zones',
		title: 'Zones alive',
		format: v => (Number.isInteger(v) ? count(v) : ''),
		value: count,
		range: v => [0, Math.max(1, ...v) * 1.12],
	},
	{
		figure: 'zones_refused',
		title: 'Zones refused since the start',
		format: v => (Number.isInteger(v) ? count(v) : ''),
		value: count,
		range: v => [0, Math.max(1, ...v) * 1.08],
		steps: true,
	},
];

// The true peaks of summary.csv, with their time where zones.csv tells it.
function peakMarks(place, list) {
	const out = [];
	for (const {contender, curve} of list) {
		const value = place.rows.find(r => r.index === curve.row).of.peak_live_zones;
		if (value === null || value === undefined || out.some(m => m.value === value)) continue;
		const z = place.run.zones && place.run.zones.rows.find(r => r.row === curve.row);
		out.push({
			value,
			time: z && z.peak_live === value ? z.peak_s : null,
			hue: contender.index,
			text: `peak ${count(value)}`,
		});
	}
	// the highest has a line and a word, the others a dot where their time is known
	const highest = out.reduce((a, m) => (m.value > a.value ? m : a), out[0]);
	return out.filter(m => m === highest || m.time !== null).map(m => (m === highest ? m : {...m, text: ''}));
}

function makeChart(q, place, list, end, hooks) {
	const series = mergeSame(list, q.figure);
	const values = series.flatMap(s => s.value).filter(v => v !== null);
	if (!values.length) return null;
	const marks = q.figure === 'live_zones' ? peakMarks(place, list) : [];
	const range = list =>
		q.range(
			list
				.flatMap(s => s.value)
				.filter(v => v !== null)
				.concat(marks.map(m => m.value)),
		);
	const [low, high] = range(series);
	const element = el('div', {class: 'plot'});
	const readout = el('p', {class: 'readout', 'aria-live': 'off'});
	const box = el(
		'figure',
		{
			class: 'time card',
			tabindex: '0',
			role: 'group',
			'aria-label': `${q.title} over time. Arrow keys move the time.`,
		},
		el('figcaption', {}, el('b', {}, q.title)),
		element,
		readout,
	);
	return {
		q,
		series,
		box,
		element,
		readout,
		range,
		options: {element, steps: q.steps, title: q.title, end, series, marks, low, high, format: q.format, ...hooks},
	};
}

// The value of a series at a time: the last sample before it.
function valueAt(s, t) {
	let a = 0,
		b = s.time.length;
	while (a < b) {
		const m = (a + b) >> 1;
		if (s.time[m] <= t) a = m + 1;
		else b = m;
	}
	return a ? s.value[a - 1] : null;
}

function showReadout(chart, t, on, span) {
	const parts = chart.series
		.filter(s => s.contenders.some(c => on[c.index]))
		.map(s => {
			const v = t === null ? null : valueAt(s, t);
			const line = el('span', {
				class: 'key',
				style: `border-top-color:${hue(s.hue)};border-top-style:${dash(s.hue) ? 'dashed' : 'solid'}`,
			});
			return el(
				'span',
				{class: 'entry'},
				line,
				` ${s.contenders
					.filter(c => on[c.index])
					.map(c => c.name)
					.join(' = ')}`,
				v === null ? '' : el('b', {}, ` ${chart.q.value(v)}`),
			);
		});
	chart.readout.replaceChildren(
		t === null ? '' : el('span', {class: 'entry'}, el('b', {}, timeText(t, span))),
		...parts,
	);
}

// Toggles for policies, all and none.
function toggles(list, on, changed, legend) {
	const boxes = list.map(({contender: c}) => {
		const input = el('input', {
			type: 'checkbox',
			checked: true,
			onchange: () => {
				on[c.index] = input.checked;
				changed();
			},
		});
		return {input, c, label: el('label', {}, input, el('span', {class: 'key', 'data-hue': c.index}), ` ${c.name}`)};
	});
	const set = v => () => {
		boxes.forEach(b => {
			b.input.checked = v;
			on[b.c.index] = v;
		});
		changed();
	};
	const paint = () =>
		boxes.forEach(b => {
			const key = b.label.querySelector('.key');
			key.style.borderTop = `3px ${dash(b.c.index) ? 'dashed' : 'solid'} ${hue(b.c.index)}`;
		});
	paint();
	return {
		paint,
		element: el(
			'fieldset',
			{class: 'toggles'},
			el('legend', {}, legend),
			...boxes.map(b => b.label),
			list.length > 2 ? el('button', {type: 'button', onclick: set(true)}, 'all') : '',
			list.length > 2 ? el('button', {type: 'button', onclick: set(false)}, 'none') : '',
		),
	};
}

function spreadTable(list, span) {
	const rows = list
		.filter(x => x.curve.spread)
		.map(({contender, curve}) => {
			const s = curve.spread,
				cell = v => figureCell('local_page_ppm', v);
			return [
				contender.name,
				cell(s.p5_ppm),
				cell(s.p50_ppm),
				cell(s.p95_ppm),
				cell(s.lowest_ppm),
				{text: timeText(s.lowest_s, span), value: s.lowest_s},
			];
		});
	return rows.length
		? fold(
				'How zones differ: the worst and the best served',
				el(
					'p',
					{},
					"A zone's local memory is what lies on the node that its guest was told. " +
						'5 of 100 zones are at p5 or below, half of them at p50, 95 of 100 at p95.',
				),
				table(
					'Local memory of the zones alive, %: means over time',
					['policy', 'p5', 'p50 (median)', 'p95', 'lowest p5', 'when'].map((title, i) => ({title, text: !i})),
					rows,
					{id: 'spread'},
				),
			)
		: '';
}

// clock: {time, listen(f), set(seconds)}: the time that all pictures share.
function timeSection(place, clock) {
	if (!place.run.timeline)
		return el('p', {}, 'There is no timeline.csv beside this summary; so nothing is shown over time.');
	const holder = el('div', {});
	let seed = place.seeds[0];
	const fill = () => holder.replaceChildren(...timeCharts(place, seed, clock));
	const pick =
		place.seeds.length > 1
			? choose('Seed', place.seeds, 0, i => {
					seed = place.seeds[i];
					fill();
				})
			: '';
	queueMicrotask(fill);
	return el('div', {}, pick, holder);
}

function timeCharts(place, seed, clock) {
	const list = curvesOf(place, seed);
	if (!list.length) return [el('p', {}, 'timeline.csv has no sample of these rows.')];
	const end = Math.max(1, ...list.map(x => x.curve.time_s[x.curve.time_s.length - 1]));
	return [...chartsOf(timeQuantities, list, place, clock, 'Policies'), spreadTable(list, end)];
}

// What is drawn of each of the list, one chart a quantity; `legend` is what they are.
function chartsOf(quantities, list, place, clock, legend) {
	const on = place.contenders.map(() => true);
	const end = Math.max(1, ...list.map(x => x.curve.time_s[x.curve.time_s.length - 1]));
	let charts = [],
		selected = null;
	const hover = t => {
		selected = t;
		charts.forEach(c => {
			showReadout(c, t === null ? clock.time : t, on, end);
			if (c.drawn) c.drawn.select(t);
		});
	};
	const range = (from, to) => charts.forEach(c => c.drawn.range(from, to));
	let busy = false;
	const once =
		f =>
		(...a) => {
			if (busy) return;
			busy = true;
			f(...a);
			busy = false;
		};
	charts = quantities
		.map(q => makeChart(q, place, list, end, {onhover: once(hover), onrange: once(range)}))
		.filter(Boolean);
	const changed = () =>
		charts.forEach(c => {
			const visible = c.series.map(s => s.contenders.some(x => on[x.index]));
			c.drawn.show(visible, c.range(visible.includes(true) ? c.series.filter((s, i) => visible[i]) : c.series));
			showReadout(c, selected ?? clock.time, on, end);
		});
	const pick = toggles(list, on, changed, legend);
	const step = (t, n) => Math.max(0, Math.min(end, t + (n * end) / 168));
	charts.forEach(c =>
		c.box.addEventListener('keydown', e => {
			const move = {ArrowLeft: -1, ArrowRight: 1, PageUp: -24, PageDown: 24}[e.key];
			if (e.key === 'Home') clock.set(0);
			else if (e.key === 'End') clock.set(end);
			else if (e.key === 'Escape') range(0, end);
			else if (move) clock.set(step(clock.time ?? 0, move));
			else return;
			e.preventDefault();
		}),
	);
	clock.listen(t =>
		charts.forEach(c => {
			if (c.drawn) {
				c.drawn.cursor(t);
				showReadout(c, t, on, end);
			}
		}),
	);
	onRedraw(() => {
		pick.paint();
		charts.forEach(c => {
			if (c.drawn) {
				c.drawn.redraw();
				showReadout(c, clock.time, on, end);
			}
		});
	});
	requestAnimationFrame(() =>
		charts.forEach(c => {
			c.drawn = drawCurves(c.options);
			c.drawn.cursor(clock.time);
			showReadout(c, clock.time, on, end);
		}),
	);
	const thinned = list.some(x => x.curve.samples > 1);
	return [
		el(
			'div',
			{class: 'tools'},
			list.length > 1 ? pick.element : '',
			typeof Dygraph === 'function'
				? el('button', {type: 'button', onclick: () => range(0, end)}, 'Whole run')
				: '',
		),
		el(
			'p',
			{class: 'quiet screen'},
			typeof Dygraph === 'function'
				? 'Drag over a curve to zoom, double-click or Escape for the whole run' +
						(list.length > 1 ? '; curves that are the same are drawn once.' : '.')
				: 'homenode was built without its library of charts (libjs-dygraphs): curves do not zoom here.',
			thinned ? ' Of samples that are drawn together the lowest and the highest are kept.' : '',
		),
		...charts.map(c => c.box),
	];
}
