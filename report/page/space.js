// The fleet replayed: pictures side by side, one slider, a host that opens.

// One fleet under one policy.
function fleetView(model, place, row, contender, shared) {
	const z = unpack(place.run.zones, row);
	z.last = place.run.zones.end_ticks;
	const cap = capacities(model, place, z),
		canvas = el('canvas', {tabindex: '0', role: 'img'}),
		tip = el('p', {class: 'tip', 'aria-live': 'polite'});
	const view = {z, cap, canvas, tip, name: contender.name, host: null, mode: 0, state: stateAt(z, 0), cpuTop: 1};
	const most = fullest(z);
	view.cpuTop = cap.known ? Math.max(1, most.cpus / cap.cpus[0]) : 1;
	view.element = el('div', {class: 'fleet'}, el('h3', {}, contender.name), el('div', {class: 'canvas'}, canvas), tip);
	canvas.addEventListener('mousemove', e => {
		const p = hostAt(view, e);
		tip.textContent = p && p.node !== null ? nodeText(view, p.host, p.node) : view.summary;
	});
	canvas.addEventListener('mouseleave', () => {
		tip.textContent = view.summary;
	});
	canvas.addEventListener('click', e => {
		const p = hostAt(view, e);
		if (p) shared.open(view, p.host);
	});
	canvas.addEventListener('keydown', e => {
		const columns = view.layout ? view.layout.columns : 1,
			move = {ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns}[e.key];
		if (e.key === 'Home') shared.open(view, 0);
		else if (e.key === 'End') shared.open(view, z.nrHosts - 1);
		else if (move)
			shared.open(view, view.host === null ? 0 : Math.max(0, Math.min(z.nrHosts - 1, view.host + move)));
		else return;
		e.preventDefault();
	});
	return view;
}

function updateView(view, seconds, span) {
	const t = Math.min(view.z.last, seconds / view.z.tick);
	view.state = stateAt(view.z, t);
	const sum = a => a.reduce((x, v) => x + v, 0),
		memory = sum(view.state.memory),
		strange = sum(view.state.strange);
	const of = view.cap.known ? ` of ${bytes(sum(view.cap.mib) * 1048576)}` : '';
	const away = strange
		? `${decimal((strange * 1000) / memory, 10, 1)} % of it on nodes that are not theirs`
		: 'all of it on their nodes';
	view.summary = `${count(view.state.live)} zones hold ${bytes(memory * 1048576)}${of}; ${away}`;
	view.tip.textContent = view.summary;
	view.canvas.setAttribute(
		'aria-label',
		`${view.z.nrHosts} hosts of ${view.z.nrNodes} nodes under ${view.name}, ${timeText(t * view.z.tick, span)}: ${view.summary}`,
	);
	drawFleet(view);
}

function replayable(place) {
	if (!place.run.zones) return [];
	return place.contenders
		.flatMap(c =>
			c.rows.map(r => ({
				contender: place.seeds.length > 1 ? {...c, name: `${c.name} seed ${r.key.seed}`} : c,
				seed: r.key.seed,
				row: place.run.zones.rows.find(x => x.row === r.index && x.zones && x.zones.nr),
			})),
		)
		.filter(x => x.row);
}

function spaceSection(model, place, clock) {
	const list = replayable(place);
	if (!place.run.zones)
		return el(
			'p',
			{},
			'Which zone lay where is in zones.csv, which this run did not write. To replay the fleet here, host by host: run it again with ',
			el('code', {}, '--zones'),
			'.',
		);
	const rows = place.run.zones.rows.filter(x => place.rows.some(r => r.index === x.row));
	if (!list.length && rows.every(x => x.zones && !x.zones.nr))
		return el('p', {}, 'zones.csv has no zone that was placed.');
	if (!list.length)
		return el(
			'p',
			{},
			'No zones of these rows are on this page. ',
			el('code', {}, 'homenode report RUN --replay POLICY'),
			' chooses whose are.',
		);
	return fleetReplay(model, place, list, clock);
}

// Who stands beside the first: another policy with the same arrivals, the baseline before others; else who comes next.
function besideOf(list, first) {
	const of = list[first];
	const peer = list.findIndex(x => x.contender.index !== of.contender.index && x.seed === of.seed);
	return peer >= 0 ? peer : list.findIndex((x, i) => i !== first);
}

function fleetReplay(model, place, list, clock) {
	const span = (place.run.zones.end_ticks * place.run.zones.tick_ns) / 1e9,
		wanted = answer(place).best,
		missing = place.contenders.filter(
			c => !list.some(x => x.contender.name === c.name || x.contender.policy === c.policy),
		);
	const first = Math.max(
			0,
			list.findIndex(x => x.row.row === wanted.rows[0].index),
		),
		other = besideOf(list, first);
	const chosen = [first, other].filter(i => i >= 0),
		views = el('div', {class: 'fleets'}),
		panel = el('div', {class: 'panel card'});
	const ramp = el('div', {}),
		label = el('output', {class: 'now'});
	let shown = [],
		mode = 0,
		opened = null,
		timer = null;
	const slider = el('input', {
		type: 'range',
		id: 'replay',
		min: 0,
		max: 1000,
		value: 0,
		step: 1,
		'aria-label': 'Time of the replay',
		oninput: () => clock.set((slider.value / 1000) * span),
	});
	const play = el(
		'button',
		{type: 'button', 'aria-pressed': 'false', onclick: () => (timer ? stop() : begin())},
		'Play',
	);
	const stop = () => {
		clearInterval(timer);
		timer = null;
		play.textContent = 'Play';
		play.setAttribute('aria-pressed', 'false');
	};
	const begin = () => {
		if (clock.time >= span) clock.set(0);
		play.textContent = 'Pause';
		play.setAttribute('aria-pressed', 'true');
		timer = setInterval(
			() => (clock.time >= span ? stop() : clock.set(Math.min(span, clock.time + span / 240))),
			60,
		);
	};
	const shared = {
		open: (view, host) => {
			shown.forEach(v => {
				v.host = host;
			});
			opened = view;
			update();
		},
	};
	const update = () => {
		const t = clock.time ?? 0;
		slider.value = Math.round((t / span) * 1000);
		label.textContent = timeText(t, span);
		slider.setAttribute('aria-valuetext', label.textContent);
		shown.forEach(v => {
			v.mode = mode;
			updateView(v, t, span);
		});
		ramp.replaceChildren(shown.length ? legendOf(shown[0]) : '');
		panel.replaceChildren(...hostPanel(opened || shown[0], span));
	};
	const fill = () => {
		const host = opened ? opened.host : null;
		shown = chosen.map(i => fleetView(model, place, list[i].row, list[i].contender, shared));
		shown.forEach(v => {
			v.host = host;
		});
		opened = shown[0];
		views.replaceChildren(...shown.map(v => v.element));
		requestAnimationFrame(update);
	};
	const names = list.map(x => x.contender.name);
	const pickers = chosen.map((at, k) =>
		choose(k ? 'beside' : 'Policy', names, at, i => {
			chosen[k] = i;
			fill();
		}),
	);
	const modes = el(
		'fieldset',
		{class: 'toggles'},
		el('legend', {}, 'Shown'),
		...looks.map((l, i) =>
			el(
				'label',
				{},
				el('input', {
					type: 'radio',
					name: 'look',
					checked: i === 0,
					onchange: () => {
						mode = i;
						update();
					},
				}),
				` ${l.name}`,
			),
		),
	);
	clock.listen(update);
	onRedraw(() => {
		shown.forEach(drawFleet);
		ramp.replaceChildren(legendOf(shown[0]));
	});
	if (clock.time === null) queueMicrotask(() => clock.set(peakTime(place, list[first].row, span)));
	fill();
	return el(
		'div',
		{},
		el('div', {class: 'tools'}, ...pickers, modes),
		el('div', {class: 'player'}, play, slider, label),
		ramp,
		views,
		panel,
		el(
			'p',
			{class: 'quiet'},
			"From zones.csv: a zone's pages are drawn where they were when it ended, all its life for static " +
				'memory, its last state for dynamic memory; its vCPUs evenly over its nodes. ' +
				'dom0 and the hypervisor are not zones. ' +
				(list[0].row && shown[0].cap.known
					? ''
					: 'How large nodes are is not known here; full is the fullest that was seen. ') +
				(missing.length
					? `For want of room without ${listNames(
							missing.map(c => c.name),
							8,
						)}; --replay chooses. `
					: '') +
				'Why a policy chose a host and nodes is not in zones.csv beyond this; homenode plan explains a decision.',
		),
	);
}

// It begins where the fleet is fullest.
function peakTime(place, row, span) {
	return row.peak_s <= span ? row.peak_s : 0;
}
