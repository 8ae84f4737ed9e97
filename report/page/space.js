// The fleet: hosts and their nodes as a grid, replayed; a host opens.

const looks = [
	{name: 'Memory in use', unit: 'of a node\'s memory', of: (s, i, cap) => s.memory[i] / cap.mib[i]},
	{name: 'vCPUs', unit: 'vCPUs of zones a CPU of the node', of: (s, i, cap) => s.vcpus[i] / cap.cpus[i]},
	{name: 'Spill and drift', unit: 'of a node\'s memory, held by zones of other nodes', of: (s, i, cap) => s.strange[i] / cap.mib[i]},
];

// What full is: the host's figures where its file is there and the fleet has one kind of host, else the fullest that was seen.
function capacities(model, place, z) {
	const h = model.hosts.length === 1 ? hostOf(model, place) : undefined, n = z.nrHosts * z.nrNodes;
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
	let mib = 1, cpus = 1;
	for (let k = 0; k <= 24; k++) {
		const s = stateAt(z, z.last * k / 24);
		for (let i = 0; i < s.memory.length; i++) {
			mib = Math.max(mib, s.memory[i]);
			cpus = Math.max(cpus, s.vcpus[i]);
		}
	}
	return {mib, cpus};
}

// Shades of one hue, from the ground to full; beyond full a warning colour.
function shade(v, mode) {
	const ramps = isDark() ? [[[30, 36, 43], [38, 92, 140], [120, 190, 245], [225, 242, 255]], [[30, 36, 43], [140, 75, 20], [240, 140, 60], [255, 220, 190]]]
		: [[[236, 240, 244], [158, 202, 225], [49, 130, 189], [8, 48, 107]], [[236, 240, 244], [253, 190, 133], [230, 110, 20], [127, 39, 4]]];
	const ramp = ramps[mode === 2 ? 1 : 0], at = Math.max(0, Math.min(1, v)) * (ramp.length - 1), i = Math.min(ramp.length - 2, Math.floor(at)), f = at - i;
	const c = ramp[i].map((a, k) => Math.round(a + (ramp[i + 1][k] - a) * f));
	return {fill: `rgb(${c})`, ink: c[0] * 0.3 + c[1] * 0.59 + c[2] * 0.11 > 140 ? '#10151a' : '#fff'};
}

// Where hosts and nodes lie on the canvas: nodes of a package share a line.
function layout(z, cap, width) {
	const packages = new Set(cap.package.filter(p => p !== null)).size || 1;
	const lines = z.nrNodes % packages === 0 ? packages : 1, across = Math.ceil(z.nrNodes / lines);
	let best = null;
	for (let s = 34; s >= 3 && !best; s--) {
		const gap = s >= 12 ? 10 : s >= 6 ? 5 : 2, label = s >= 12 ? 16 : 0;
		const w = across * s + gap, h = lines * s + gap + label, columns = Math.max(1, Math.floor((width + gap) / w));
		const height = Math.ceil(z.nrHosts / columns) * h;
		if (height <= 460 || s === 3) best = {s, gap, label, w, h, columns, height: Math.max(height, s), across, lines};
	}
	return best;
}

function place2d(l, host, node) {
	const x = host % l.columns * l.w, y = Math.floor(host / l.columns) * l.h + l.label;
	return {x: x + node % l.across * l.s, y: y + Math.floor(node / l.across) * l.s};
}

function drawFleet(view) {
	const {canvas, z, cap} = view, width = canvas.parentElement.clientWidth;
	if (!width) return;
	const l = view.layout = layout(z, cap, width), ratio = devicePixelRatio || 1, mode = looks[view.mode];
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
			const p = place2d(l, h, n), v = mode.of(view.state, h * z.nrNodes + n, cap), c = shade(view.mode === 1 ? v / view.cpuTop : v, view.mode);
			const pad = l.s >= 8 ? 1 : 0.5;
			ctx.fillStyle = c.fill;
			ctx.fillRect(p.x + pad, p.y + pad, l.s - 2 * pad, l.s - 2 * pad);
			if (l.s >= 26) {
				ctx.fillStyle = c.ink;
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
	const l = view.layout, x = event.offsetX, y = event.offsetY;
	const column = Math.floor(x / l.w), host = Math.floor(y / l.h) * l.columns + column;
	if (column >= l.columns || host >= view.z.nrHosts) return null;
	const dx = x - column * l.w, dy = y - Math.floor(y / l.h) * l.h - l.label;
	const node = dx < l.across * l.s && dy >= 0 && dy < l.lines * l.s ? Math.floor(dy / l.s) * l.across + Math.floor(dx / l.s) : null;
	return {host, node: node !== null && node < view.z.nrNodes ? node : null};
}

function nodeText(view, host, node) {
	const i = host * view.z.nrNodes + node, s = view.state, cap = view.cap;
	const full = cap.known ? ` of ${bytes(cap.mib[i] * 1048576)}` : '';
	return `host ${host}, node ${node}: ${bytes(s.memory[i] * 1048576)}${full}, ${Math.round(s.vcpus[i] * 10) / 10} vCPUs${cap.known ? ` on ${cap.cpus[i]} CPUs` : ''}` +
		(s.strange[i] ? `; ${bytes(s.strange[i] * 1048576)} of zones of other nodes` : '');
}

// A zone's pages as a bar: at home in one colour, elsewhere in another.
function pagesBar(z, i) {
	const list = z.nodes[z.nodeList[i]], parts = [];
	let sum = 0;
	for (let k = z.part[i]; k < z.part[i + 1]; k++) {
		parts.push({node: z.partNode[k], mib: z.partMib[k]});
		sum += z.partMib[k];
	}
	if (!sum) return el('span', {}, 'not known');
	parts.sort((a, b) => b.mib - a.mib);
	return el('span', {class: 'pages'}, el('span', {class: 'pagebar', 'aria-hidden': 'true'}, ...parts.map(p =>
		el('span', {class: list.includes(p.node) ? 'home' : 'away', style: `width:${(p.mib / sum * 100).toFixed(1)}%`}))),
	parts.map(p => `${p.node}: ${bytes(p.mib * 1048576)}`).join(', '));
}

const ZONES_LISTED = 80;

function hostPanel(view, span) {
	const {z, cap, state, host} = view, t = state.t, zones = [];
	if (host === null) return [el('p', {class: 'quiet'}, 'Click a host, or move to it with the arrow keys, to see its nodes and zones.')];
	for (let i = 0; i < z.nr; i++) if (z.host[i] === host && lives(z, i, t)) zones.push(i);
	const nodes = Array.from({length: z.nrNodes}, (_, n) => {
		const i = host * z.nrNodes + n, full = cap.mib[i], own = state.memory[i] - state.strange[i];
		return [{text: `node ${n}`, value: n}, {node: el('span', {class: 'meter', 'aria-hidden': 'true'}, el('span', {class: 'home', style: `width:${Math.min(100, own / full * 100).toFixed(1)}%`}),
			el('span', {class: 'away', style: `width:${Math.min(100, state.strange[i] / full * 100).toFixed(1)}%`})), value: state.memory[i]},
		{text: bytes(state.memory[i] * 1048576), value: state.memory[i]}, {text: cap.known ? bytes(full * 1048576) : 'not known', value: full},
		{text: bytes(state.strange[i] * 1048576), value: state.strange[i]}, {text: Math.round(state.vcpus[i] * 10) / 10, value: state.vcpus[i]}];
	});
	zones.sort((a, b) => z.memory[b] - z.memory[a] || z.number[a] - z.number[b]);
	const rows = zones.slice(0, ZONES_LISTED).map(i => [zoneName(z, i), {text: z.vcpus[i], value: z.vcpus[i]}, {text: bytes(z.memory[i]), value: z.memory[i]},
		{node: pagesBar(z, i), value: z.part[i + 1] - z.part[i]}, {text: z.local[i] < 0 ? '' : decimal(z.local[i], 10, 1), value: z.local[i]},
		{text: Number.isNaN(z.slowdown[i]) ? '' : z.slowdown[i].toFixed(3), value: Number.isNaN(z.slowdown[i]) ? -1 : z.slowdown[i]},
		{text: timeText(z.start[i] * z.tick, span), value: z.start[i]}, {text: durationText((z.end[i] - z.start[i]) * z.tick), value: z.end[i] - z.start[i]}, {text: whereText(z, i), class: 'say'}]);
	return [el('h3', {}, `Host ${host} under ${view.name}, ${timeText(t * z.tick, span)}: ${zones.length} zone${zones.length === 1 ? '' : 's'}`),
		table('Nodes', [{title: 'node', text: true}, {title: 'memory in use', text: true}, {title: 'in use'}, {title: 'of'}, {title: 'held by zones of other nodes'}, {title: 'vCPUs'}], nodes, {sort: false}),
		rows.length ? el('div', {class: 'zones'}, table('Zones, the largest first', ['zone', 'vCPUs', 'memory', 'pages by node', 'local, %', 'slowdown', 'since', 'lives for', 'why there, as far as zones.csv says']
			.map((title, i) => ({title, text: i === 0 || i === 3 || i === 8})), rows)) : el('p', {}, 'No zone lives here at this time.'),
		zones.length > ZONES_LISTED ? el('p', {}, `The ${ZONES_LISTED} largest of ${zones.length}.`) : ''];
}

function legendOf(view) {
	const top = view.mode === 1 ? view.cpuTop : 1;
	const bar = el('span', {class: 'ramp', 'aria-hidden': 'true', style: `background:linear-gradient(90deg,${[0, 0.25, 0.5, 0.75, 1].map(v => shade(v, view.mode).fill)})`});
	return el('p', {class: 'ramps'}, '0', bar, view.mode === 1 ? (Math.round(top * 10) / 10) : '100 %', ` ${looks[view.mode].unit}`);
}

// One fleet under one policy.
function fleetView(model, place, row, contender, shared) {
	const z = unpack(place.run.zones, row);
	z.last = place.run.zones.end_ticks;
	const cap = capacities(model, place, z), canvas = el('canvas', {tabindex: '0', role: 'img'}), tip = el('p', {class: 'tip', 'aria-live': 'polite'});
	const view = {z, cap, canvas, tip, name: contender.name, host: null, mode: 0, state: stateAt(z, 0), cpuTop: 1};
	const most = fullest(z);
	view.cpuTop = cap.known ? Math.max(1, most.cpus / cap.cpus[0]) : 1;
	view.element = el('div', {class: 'fleet'}, el('h3', {}, contender.name), el('div', {class: 'canvas'}, canvas), tip);
	canvas.addEventListener('mousemove', e => { const p = hostAt(view, e); tip.textContent = p && p.node !== null ? nodeText(view, p.host, p.node) : view.summary; });
	canvas.addEventListener('mouseleave', () => { tip.textContent = view.summary; });
	canvas.addEventListener('click', e => { const p = hostAt(view, e); if (p) shared.open(view, p.host); });
	canvas.addEventListener('keydown', e => {
		const columns = view.layout ? view.layout.columns : 1, move = {ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns}[e.key];
		if (e.key === 'Home') shared.open(view, 0);
		else if (e.key === 'End') shared.open(view, z.nrHosts - 1);
		else if (move) shared.open(view, view.host === null ? 0 : Math.max(0, Math.min(z.nrHosts - 1, view.host + move)));
		else return;
		e.preventDefault();
	});
	return view;
}

function updateView(view, seconds, span) {
	const t = Math.min(view.z.last, seconds / view.z.tick);
	view.state = stateAt(view.z, t);
	const sum = a => a.reduce((x, v) => x + v, 0), memory = sum(view.state.memory), strange = sum(view.state.strange);
	view.summary = `${count(view.state.live)} zones hold ${bytes(memory * 1048576)}${view.cap.known ? ` of ${bytes(sum(view.cap.mib) * 1048576)}` : ''}; ` +
		`${strange ? `${memory ? decimal(strange * 1000 / memory, 10, 1) : 0} % of it on nodes that are not theirs` : 'all of it on their nodes'}`;
	view.tip.textContent = view.summary;
	view.canvas.setAttribute('aria-label', `${view.z.nrHosts} hosts of ${view.z.nrNodes} nodes under ${view.name}, ${timeText(t * view.z.tick, span)}: ${view.summary}`);
	drawFleet(view);
}

function replayable(place) {
	if (!place.run.zones) return [];
	return place.contenders.flatMap(c => c.rows.map(r => ({contender: place.seeds.length > 1 ? {...c, name: `${c.name} seed ${r.key.seed}`} : c, row: place.run.zones.rows.find(x => x.row === r.index && x.zones && x.zones.nr)}))).filter(x => x.row);
}

function spaceSection(model, place, clock) {
	const list = replayable(place);
	if (!place.run.zones)
		return el('p', {}, 'Which zone lay where is in zones.csv, which this run did not write. To replay the fleet here, host by host: run it again with ',
			el('code', {}, '--zones'), '.');
	if (!list.length) return el('p', {}, 'No zones of these rows are on this page. ', el('code', {}, 'homenode report RUN --replay POLICY'), ' chooses whose are.');
	return fleetReplay(model, place, list, clock);
}

function fleetReplay(model, place, list, clock) {
	const span = place.run.zones.end_ticks * place.run.zones.tick_ns / 1e9, wanted = answer(place).best, missing = place.contenders.filter(c => !list.some(x => x.contender.name === c.name || x.contender.policy === c.policy));
	const first = Math.max(0, list.findIndex(x => x.contender.policy === wanted.policy)), other = list.findIndex((x, i) => i !== first && (first === 0 || i === 0));
	const chosen = [first, other].filter(i => i >= 0), views = el('div', {class: 'fleets'}), panel = el('div', {class: 'panel card'});
	const ramp = el('div', {}), label = el('output', {class: 'now'});
	let shown = [], mode = 0, opened = null, timer = null;
	const slider = el('input', {type: 'range', id: 'replay', min: 0, max: 1000, value: 0, step: 1, 'aria-label': 'Time of the replay', oninput: () => clock.set(slider.value / 1000 * span)});
	const play = el('button', {type: 'button', 'aria-pressed': 'false', onclick: () => timer ? stop() : begin()}, 'Play');
	const stop = () => { clearInterval(timer); timer = null; play.textContent = 'Play'; play.setAttribute('aria-pressed', 'false'); };
	const begin = () => {
		if (clock.time >= span) clock.set(0);
		play.textContent = 'Pause';
		play.setAttribute('aria-pressed', 'true');
		timer = setInterval(() => clock.time >= span ? stop() : clock.set(Math.min(span, clock.time + span / 240)), 60);
	};
	const shared = {open: (view, host) => { shown.forEach(v => { v.host = host; }); opened = view; update(); }};
	const update = () => {
		const t = clock.time ?? 0;
		slider.value = Math.round(t / span * 1000);
		label.textContent = timeText(t, span);
		slider.setAttribute('aria-valuetext', label.textContent);
		shown.forEach(v => { v.mode = mode; updateView(v, t, span); });
		ramp.replaceChildren(shown.length ? legendOf(shown[0]) : '');
		panel.replaceChildren(...hostPanel(opened || shown[0], span));
	};
	const fill = () => {
		const host = opened ? opened.host : null;
		shown = chosen.map(i => fleetView(model, place, list[i].row, list[i].contender, shared));
		shown.forEach(v => { v.host = host; });
		opened = shown[0];
		views.replaceChildren(...shown.map(v => v.element));
		requestAnimationFrame(update);
	};
	const names = list.map(x => x.contender.name);
	const pickers = chosen.map((at, k) => choose(k ? 'beside' : 'Policy', names, at, i => { chosen[k] = i; fill(); }));
	const modes = el('fieldset', {class: 'toggles'}, el('legend', {}, 'Shown'), ...looks.map((l, i) => el('label', {}, el('input', {type: 'radio', name: 'look', checked: i === 0, onchange: () => { mode = i; update(); }}), ` ${l.name}`)));
	clock.listen(update);
	onRedraw(() => { shown.forEach(drawFleet); ramp.replaceChildren(legendOf(shown[0])); });
	if (clock.time === null) queueMicrotask(() => clock.set(peakTime(place, list[first].row, span)));
	fill();
	return el('div', {}, el('div', {class: 'tools'}, ...pickers, modes),
		el('div', {class: 'player'}, play, slider, label), ramp, views, panel,
		el('p', {class: 'quiet'}, 'From zones.csv: a zone\'s pages are drawn where they were when it ended, all its life for static memory, its last state for dynamic memory; its vCPUs evenly over its nodes. ' +
			'dom0 and the hypervisor are not zones. ' + (list[0].row && shown[0].cap.known ? '' : 'How large nodes are is not known here; full is the fullest that was seen. ') +
			(missing.length ? `For want of room without ${listNames(missing.map(c => c.name), 8)}; --replay chooses. ` : '') +
			'Why a policy chose a host and nodes is not in zones.csv beyond this; homenode plan explains a decision.'));
}

// It begins where the fleet is fullest.
function peakTime(place, row, span) {
	return row.peak_s <= span ? row.peak_s : 0;
}
