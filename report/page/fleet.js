// One fleet as a picture: what full is, shades, where things lie on the canvas.

const looks = [
	{name: 'Memory', unit: "of a node's memory", of: (s, i, cap) => s.memory[i] / cap.mib[i], gauge: true},
	{name: 'vCPUs', unit: 'vCPUs of zones a CPU of the node', of: (s, i, cap) => s.vcpus[i] / cap.cpus[i]},
	{
		name: 'Spill and drift',
		unit: "of a node's memory, held by zones of other nodes",
		of: (s, i, cap) => s.strange[i] / cap.mib[i],
	},
];

// What full is: the host's figures where its file is there and the fleet has one kind of host, else the fullest that was seen.
function capacities(model, place, z) {
	const h = model.hosts.length === 1 ? hostOf(model, place) : undefined,
		n = z.nrHosts * z.nrNodes;
	const cap = {mib: new Float64Array(n), cpus: new Float64Array(n), known: !!h, package: []};
	const byNumber = h ? new Map(h.nodes.map(x => [x.number, x])) : new Map();
	const most = h ? null : fullest(z);
	for (let i = 0; i < n; i++) {
		const node = byNumber.get(i % z.nrNodes);
		cap.mib[i] = node ? node.memory_bytes / 1048576 : most ? most.mib : 1;
		cap.cpus[i] = node ? Math.max(1, node.nr_cpus) : most ? most.cpus : 1;
	}
	for (let i = 0; i < z.nrNodes; i++) cap.package.push(byNumber.has(i) ? byNumber.get(i).package : null);
	return cap;
}

function fullest(z) {
	let mib = 1,
		cpus = 1;
	for (let k = 0; k <= 24; k++) {
		const s = stateAt(z, (z.last * k) / 24);
		for (let i = 0; i < s.memory.length; i++) {
			mib = Math.max(mib, s.memory[i]);
			cpus = Math.max(cpus, s.vcpus[i]);
		}
	}
	return {mib, cpus};
}

// Shades of one hue, from the ground to full; beyond full a warning colour.
function shade(v, mode) {
	const ramps = isDark()
		? [
				[
					[30, 36, 43],
					[38, 92, 140],
					[120, 190, 245],
					[176, 217, 250],
				],
				[
					[30, 36, 43],
					[140, 75, 20],
					[240, 140, 60],
					[255, 220, 190],
				],
			]
		: [
				[
					[236, 240, 244],
					[158, 202, 225],
					[49, 130, 189],
					[8, 48, 107],
				],
				[
					[236, 240, 244],
					[253, 190, 133],
					[230, 110, 20],
					[127, 39, 4],
				],
			];
	const ramp = ramps[mode === 2 ? 1 : 0],
		at = Math.max(0, Math.min(1, v)) * (ramp.length - 1),
		i = Math.min(ramp.length - 2, Math.floor(at)),
		f = at - i;
	const c = ramp[i].map((a, k) => Math.round(a + (ramp[i + 1][k] - a) * f));
	return {fill: `rgb(${c})`, ink: c[0] * 0.3 + c[1] * 0.59 + c[2] * 0.11 > 140 ? '#10151a' : '#fff'};
}

const GAUGE_LEAST = 7; // pixels of a node's square, from which it is filled like a glass; smaller ones have a shade

// What zones hold on their own nodes, what lies on nodes that are not theirs, what is free; white numbers can be read on the
// first two (4.6 to 1 and more).
function gaugeInks() {
	return {own: '#2b72ab', strange: '#c25400', ink: '#fff', empty: css('--gauge'), faint: css('--soft-ink')};
}

// A node as a glass: from below what zones have at home, above it what is there of zones of other nodes.
function drawGauge(ctx, view, i, x, y, size) {
	const inks = gaugeInks(),
		full = view.cap.mib[i],
		held = Math.min(1, view.state.memory[i] / full),
		strange = Math.min(held, view.state.strange[i] / full);
	const top = y + size * (1 - held),
		line = top + size * strange;
	ctx.fillStyle = inks.empty;
	ctx.fillRect(x, y, size, size);
	ctx.fillStyle = inks.strange;
	ctx.fillRect(x, top, size, line - top);
	ctx.fillStyle = inks.own;
	ctx.fillRect(x, line, size, y + size - line);
	return held > 0.5 ? inks.ink : inks.faint;
}

// In a square that has a shade only, what is there of zones of other nodes.
function drawStrange(ctx, view, i, x, y, size) {
	const high = Math.round(size * Math.min(1, view.state.strange[i] / view.cap.mib[i]) * 2) / 2;
	ctx.fillStyle = gaugeInks().strange;
	ctx.fillRect(x, y + size - high, size, high);
}

// Where hosts and nodes lie on the canvas: nodes of a package share a line. Lines of hosts are full where a square a
// little smaller makes them so.
function layout(z, cap, width) {
	const packages = new Set(cap.package.filter(p => p !== null)).size || 1;
	const lines = z.nrNodes % packages === 0 ? packages : 1,
		across = Math.ceil(z.nrNodes / lines);
	let best = null;
	for (let s = 40; s >= 3; s--) {
		const gap = s >= 12 ? 10 : s >= 6 ? 5 : 2,
			label = s >= 12 ? 16 : 0;
		const w = across * s + gap,
			h = lines * s + gap + label,
			columns = Math.max(1, Math.floor((width + gap) / w));
		const height = Math.ceil(z.nrHosts / columns) * h;
		if (height > 460 && s > 3) continue;
		const found = {s, gap, label, w, h, columns, height: Math.max(height, s), across, lines};
		best = best || found;
		if (z.nrHosts % columns === 0 || z.nrHosts < columns) return found;
		if (best.s < 26 || s < 26) break;
	}
	return best;
}

function place2d(l, host, node) {
	const x = (host % l.columns) * l.w,
		y = Math.floor(host / l.columns) * l.h + l.label;
	return {x: x + (node % l.across) * l.s, y: y + Math.floor(node / l.across) * l.s};
}

function drawFleet(view) {
	const {canvas, z, cap} = view,
		width = canvas.parentElement.clientWidth;
	if (!width) return;
	const l = (view.layout = layout(z, cap, width)),
		ratio = devicePixelRatio || 1,
		mode = looks[view.mode];
	canvas.width = width * ratio;
	canvas.height = l.height * ratio;
	canvas.style.height = `${l.height}px`;
	const ctx = canvas.getContext('2d');
	ctx.scale(ratio, ratio);
	ctx.textAlign = 'center';
	ctx.textBaseline = 'middle';
	for (let h = 0; h < z.nrHosts; h++) {
		const at = place2d(l, h, 0);
		if (l.label) {
			ctx.fillStyle = css(h === view.host ? '--ink' : '--soft-ink');
			ctx.font = `${h === view.host ? 'bold ' : ''}11px system-ui, sans-serif`;
			ctx.textAlign = 'left';
			ctx.fillText(`host ${h}`, at.x, at.y - 7);
			ctx.textAlign = 'center';
		}
		for (let n = 0; n < z.nrNodes; n++) {
			const p = place2d(l, h, n),
				v = mode.of(view.state, h * z.nrNodes + n, cap),
				c = shade(view.mode === 1 ? v / view.cpuTop : v, view.mode);
			const pad = l.s >= 8 ? 1 : 0.5;
			let ink = c.ink;
			if (mode.gauge && l.s >= GAUGE_LEAST) {
				ink = drawGauge(ctx, view, h * z.nrNodes + n, p.x + pad, p.y + pad, l.s - 2 * pad);
			} else {
				ctx.fillStyle = c.fill;
				ctx.fillRect(p.x + pad, p.y + pad, l.s - 2 * pad, l.s - 2 * pad);
				if (mode.gauge) drawStrange(ctx, view, h * z.nrNodes + n, p.x + pad, p.y + pad, l.s - 2 * pad);
			}
			if (l.s >= 26) {
				ctx.fillStyle = ink;
				ctx.font = '11px system-ui, sans-serif';
				ctx.fillText(Math.round(v * 100), p.x + l.s / 2, p.y + l.s / 2);
			}
		}
		if (h === view.host) {
			ctx.strokeStyle = css('--accent');
			ctx.lineWidth = 2;
			ctx.strokeRect(at.x - 1, at.y - 1, l.across * l.s + 2, l.lines * l.s + 2);
		}
	}
}

function hostAt(view, event) {
	const l = view.layout,
		x = event.offsetX,
		y = event.offsetY;
	const column = Math.floor(x / l.w),
		host = Math.floor(y / l.h) * l.columns + column;
	if (column >= l.columns || host >= view.z.nrHosts) return null;
	const dx = x - column * l.w,
		dy = y - Math.floor(y / l.h) * l.h - l.label;
	const node =
		dx < l.across * l.s && dy >= 0 && dy < l.lines * l.s
			? Math.floor(dy / l.s) * l.across + Math.floor(dx / l.s)
			: null;
	return {host, node: node !== null && node < view.z.nrNodes ? node : null};
}

function nodeText(view, host, node) {
	const i = host * view.z.nrNodes + node,
		s = view.state,
		cap = view.cap;
	const full = cap.known ? ` of ${bytes(cap.mib[i] * 1048576)}` : '';
	return (
		`host ${host}, node ${node}: ${bytes(s.memory[i] * 1048576)}${full}, ${Math.round(s.vcpus[i] * 10) / 10} ` +
		`vCPUs${cap.known ? ` on ${cap.cpus[i]} CPUs` : ''}` +
		(s.strange[i] ? `; ${bytes(s.strange[i] * 1048576)} of zones of other nodes` : '')
	);
}

function gaugeLegend() {
	const inks = gaugeInks(),
		item = (colour, text) => el('span', {}, el('span', {class: 'swatch', style: `background:${colour}`}), text);
	return el(
		'p',
		{class: 'ramps'},
		item(inks.own, 'memory of zones on their own nodes'),
		item(inks.strange, 'on nodes that are not theirs: spilled, or drifted there'),
		item(inks.empty, 'free'),
		'numbers: per cent of a node',
	);
}

function legendOf(view) {
	if (looks[view.mode].gauge && view.layout && view.layout.s >= GAUGE_LEAST) return gaugeLegend();
	const top = view.mode === 1 ? view.cpuTop : 1;
	const bar = el('span', {
		class: 'ramp',
		'aria-hidden': 'true',
		style: `background:linear-gradient(90deg,${[0, 0.25, 0.5, 0.75, 1].map(v => shade(v, view.mode).fill)})`,
	});
	return el(
		'p',
		{class: 'ramps'},
		'0',
		bar,
		view.mode === 1 ? Math.round(top * 10) / 10 : '100 %',
		` ${looks[view.mode].unit}`,
		looks[view.mode].gauge
			? el(
					'span',
					{},
					el('span', {class: 'swatch', style: `background:${gaugeInks().strange}`}),
					'the part of it that is held by zones of other nodes',
				)
			: '',
	);
}
