// Curves over time, one chart a quantity: by the library (dygraphs) where it is embedded, else plainly as SVG. Both are
// {show(visible, [low, high]), cursor(seconds), select(seconds), range(from, to), redraw()}; `seconds` null takes the mark away.

// chart: {element, title, unit, end, series: [{name, color, dash, time, value}], marks: [{value, time, text, color}], low, high,
// format(value), onhover(seconds), onrange(from, to)}
function drawCurves(chart) {
	return typeof Dygraph === 'function' ? libraryCurves(chart) : plainCurves(chart);
}

// Many curves as one table: a line a time, null where a curve has none.
function joinSeries(series) {
	const same = series.every(s => s.time === series[0].time || String(s.time) === String(series[0].time));
	const times = same ? series[0].time : [...new Set(series.flatMap(s => s.time))].sort((a, b) => a - b);
	if (same) return times.map((t, i) => [t, ...series.map(s => s.value[i] ?? null)]);
	const at = series.map(s => new Map(s.time.map((t, i) => [t, s.value[i]])));
	return times.map(t => [t, ...at.map(m => (m.has(t) ? m.get(t) : null))]);
}

function css(name) {
	return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

// What lies under the curves: marks (true peaks), the replay's time.
function underlay(chart, state, ctx, area, g) {
	ctx.save();
	ctx.font = '12px system-ui, sans-serif';
	for (const m of chart.marks || []) {
		const y = g.toDomYCoord(m.value);
		ctx.strokeStyle = ctx.fillStyle = m.color || css('--soft-ink');
		if (m.text) {
			ctx.setLineDash([3, 3]);
			ctx.beginPath();
			ctx.moveTo(area.x, y);
			ctx.lineTo(area.x + area.w, y);
			ctx.stroke();
			ctx.setLineDash([]);
		}
		if (m.time !== null && m.time !== undefined) {
			ctx.beginPath();
			ctx.arc(g.toDomXCoord(m.time), y, 4, 0, 7);
			ctx.fill();
		}
		// beside its dot, on the side where there is room and no cursor
		const dot = m.time === null || m.time === undefined ? area.x + area.w : g.toDomXCoord(m.time),
			left = dot > area.x + area.w / 2;
		ctx.fillStyle = css('--soft-ink');
		ctx.textAlign = left ? 'right' : 'left';
		ctx.fillText(m.text, dot + (left ? -8 : 8), y - 5);
	}
	if (state.cursor !== null) {
		const x = g.toDomXCoord(state.cursor);
		ctx.strokeStyle = css('--accent');
		ctx.lineWidth = 1.5;
		ctx.beginPath();
		ctx.moveTo(x, area.y);
		ctx.lineTo(x, area.y + area.h);
		ctx.stroke();
	}
	ctx.restore();
}

function libraryCurves(chart) {
	const state = {cursor: null, busy: false},
		rows = joinSeries(chart.series);
	// room under nothing, so that 0 stands above the axis and not on its days
	const ranged = (low, high) => [low === 0 ? -0.04 * high : low, high];
	const options = {
		labels: ['time', ...chart.series.map(s => s.name)],
		legend: 'never',
		connectSeparatedPoints: false,
		strokeWidth: 1.6,
		highlightCircleSize: 3,
		includeZero: chart.low === 0,
		valueRange: ranged(chart.low, chart.high),
		dateWindow: [0, chart.end],
		axisLabelFontSize: 12,
		stepPlot: !!chart.steps,
		gridLineWidth: 0.5,
		rightGap: 8,
		xRangePad: 0,
		animatedZooms: false,
		axes: {
			x: {
				ticker: (from, to, pixels) => {
					const {step, ticks} = timeTicks(from, to, Math.max(2, pixels / 80));
					return ticks.map(v => ({v, label: tickText(v, step)}));
				},
			},
			y: {axisLabelFormatter: v => chart.format(v), axisLabelWidth: 58, pixelsPerLabel: 28},
		},
		underlayCallback: (ctx, area, g) => underlay(chart, state, ctx, area, g),
		highlightCallback: (_event, x) => chart.onhover(x),
		unhighlightCallback: () => chart.onhover(null),
		zoomCallback: (from, to) => {
			if (!state.busy) chart.onrange(from, to);
		},
	};
	const paint = () => ({
		colors: chart.series.map(s => hue(s.hue)),
		gridLineColor: css('--line'),
		axisLineColor: css('--line'),
		series: Object.fromEntries(chart.series.map(s => [s.name, {strokePattern: dash(s.hue)}])),
	});
	const g = new Dygraph(chart.element, rows, {...options, ...paint()});
	return {
		show: (visible, range) => g.updateOptions({visibility: visible, valueRange: ranged(...range)}),
		cursor: t => {
			state.cursor = t;
			g.updateOptions({});
		},
		select: t => {
			if (t === null) return g.clearSelection();
			let i = 0;
			for (let a = 0, b = rows.length; a < b; i = a) {
				const m = (a + b) >> 1;
				rows[m][0] < t ? (a = m + 1) : (b = m);
			}
			g.setSelection(Math.min(i, rows.length - 1));
		},
		range: (from, to) => {
			state.busy = true;
			g.updateOptions({dateWindow: [from, to]});
			state.busy = false;
		},
		redraw: () => {
			g.updateOptions(paint());
			g.resize();
		},
	};
}

// Without the library: no zoom and no hover, but every curve, toggled, and the replay's time.
function plainCurves(chart) {
	const w = 900,
		h = 220,
		left = 56,
		bottom = 24;
	const x = t => left + (t / chart.end) * (w - left - 8),
		y = v => 8 + ((chart.high - v) / (chart.high - chart.low || 1)) * (h - bottom - 8);
	const {step, ticks} = timeTicks(0, chart.end, 8);
	const lines = chart.series.map(s => {
		let d = '';
		s.value.forEach((v, i) => {
			if (v !== null && v !== undefined)
				d += `${d && s.value[i - 1] !== null ? 'L' : 'M'}${x(s.time[i]).toFixed(1)} ${y(v).toFixed(1)}`;
		});
		return svgEl('path', {d, class: 'curve', 'stroke-dasharray': (dash(s.hue) || []).join(' ')});
	});
	const cursor = svgEl('path', {class: 'cursor', d: ''});
	const grid = [chart.low, (chart.low + chart.high) / 2, chart.high].map(v =>
		svgEl(
			'g',
			{},
			svgEl('path', {class: 'grid', d: `M${left} ${y(v)}H${w - 8}`}),
			svgEl('text', {x: left - 6, y: y(v) + 4, 'text-anchor': 'end'}, chart.format(v)),
		),
	);
	const days = ticks.map(t => svgEl('text', {x: x(t), y: h - 6, 'text-anchor': 'middle'}, tickText(t, step)));
	const marks = (chart.marks || []).map(m =>
		svgEl(
			'g',
			{},
			svgEl('path', {class: 'mark', d: `M${left} ${y(m.value)}H${w - 8}`}),
			svgEl('text', {x: w - 12, y: y(m.value) - 4, 'text-anchor': 'end'}, m.text),
		),
	);
	const paint = () => lines.forEach((l, i) => l.setAttribute('stroke', hue(chart.series[i].hue)));
	chart.element.style.height = 'auto';
	chart.element.append(
		svgEl(
			'svg',
			{viewBox: `0 0 ${w} ${h}`, role: 'img', 'aria-label': chart.title, class: 'plain'},
			...grid,
			...days,
			...marks,
			...lines,
			cursor,
		),
	);
	paint();
	return {
		show: visible => lines.forEach((l, i) => l.setAttribute('visibility', visible[i] ? 'visible' : 'hidden')),
		cursor: t => cursor.setAttribute('d', t === null ? '' : `M${x(t)} 8V${h - bottom}`),
		select: () => {},
		range: () => {},
		redraw: paint,
	};
}
