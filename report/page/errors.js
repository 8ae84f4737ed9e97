// How far off a figure may be, and which differences mean something.
//
// What is counted follows from the rules exactly; it varies with the seed alone. What the cost
// model predicts is as good as what it knew of the host. Latencies and rates carry that error as
// they are; a slowdown is 1 and a loss, and the error is the loss's, each cause with its kind: pages
// far away are a matter of latency, all else of bandwidth.

const relative = {
	memory_latency_ps: 'latency',
	predicted_chase_ps: 'latency',
	bandwidth_bytes_per_s: 'bandwidth',
	predicted_triad_bytes_per_s: 'bandwidth',
	remote_traffic_ppm: 'bandwidth',
};

// Of the loss, the share that each kind of error weighs.
function lossError(run, c) {
	const {latency_ppm: latency, bandwidth_ppm: bandwidth} = run.cost;
	const remote = meanOf(c, 'cause_remote_ppm');
	if (remote === null) return Math.max(latency, bandwidth) / 1e6;
	const share = Math.min(1, remote / 1e6);
	return (share * latency + (1 - share) * bandwidth) / 1e6;
}

// Either side of the mean, in the figure's own unit; 0 where it is exact.
function modelError(run, c, figure) {
	const mean = meanOf(c, figure);
	if (
		mean === null ||
		!figures[figure] ||
		figures[figure].source !== 'predicted' ||
		!run.cost ||
		run.cost.latency_ppm === null
	)
		return 0;
	if (relative[figure]) return (Math.abs(mean) * run.cost[relative[figure] + '_ppm']) / 1e6;
	const loss = lossError(run, c);
	if (figure === 'slowdown_ppm') return Math.max(0, mean - 1e6) * loss;
	if (figure === 'regret_ppm') return modelError(run, c, 'slowdown_ppm');
	return Math.abs(mean) * loss;
}

// The bar that is drawn: the model's error, or half of what lies between seeds where that is more.
function halfWidth(run, c, figure) {
	const s = summarise(c, figure);
	return s ? Math.max(modelError(run, c, figure), (s.high - s.low) / 2) : 0;
}

// Of the seeds that both have: is one ahead in all of them? Seeds are the same arrivals for all policies.
function aheadInAll(a, b, figure) {
	const other = new Map(b.rows.map(r => [r.key.seed, r.of[figure]]));
	const signs = a.rows
		.filter(r => r.of[figure] !== null && other.has(r.key.seed) && other.get(r.key.seed) !== null)
		.map(r => Math.sign(r.of[figure] - other.get(r.key.seed)));
	return signs.every(s => s === signs[0]) && signs[0] !== 0;
}

// Can the two be told apart? By more than the model's error, and the same way with every seed.
function differs(run, a, b, figure) {
	const x = meanOf(a, figure),
		y = meanOf(b, figure);
	if (x === null || y === null || alike(figure, x, y) || !aheadInAll(a, b, figure)) return false;
	return Math.abs(x - y) > Math.max(modelError(run, a, figure), modelError(run, b, figure));
}

// Every zone lies on every node: nothing can spill, and nothing is local.
function stripes(c) {
	const multi = meanOf(c, 'zones_multi_node'),
		placed = meanOf(c, 'zones_placed'),
		local = meanOf(c, 'local_page_ppm');
	return multi !== null && placed > 0 && multi / placed >= 0.9 && local !== null && local < 500000;
}

// Knows what comes: a bound, nothing to run.
function foresees(c) {
	return c.policy === 'oracle';
}

// Found once for each contender of a place: who is left out is asked for every bar and cell.
const found = new WeakMap();
function once(what, place, c, find) {
	if (!found.has(place)) found.set(place, new Map());
	const known = found.get(place),
		key = `${what} ${c ? c.index : ''}`;
	if (!known.has(key)) known.set(key, find());
	return known.get(key);
}

const ALIKE = 0.001; // of the zones offered, of the changes of memory: less is no difference

// Places more zones than `c`, and slows all by more than that, at the good end of the error too: less work is done.
function outdoneBy(place, x, c) {
	const [more, less] = [meanOf(x, 'zones_placed') || 0, meanOf(c, 'zones_placed') || 0];
	const [slow, fast] = [meanOf(x, 'slowdown_ppm'), meanOf(c, 'slowdown_ppm')];
	if (foresees(c) || more <= less || !less || slow === null || fast === null) return false;
	if (!differs(place.run, x, c, 'slowdown_ppm')) return false;
	const error = Math.max(modelError(place.run, x, 'slowdown_ppm'), modelError(place.run, c, 'slowdown_ppm'));
	return slow - error > (fast * more) / less;
}

// Who stripes needs no room on a node, so it always places a few zones more; that alone makes nobody else worse.
function outdone(place, x) {
	return once('outdone', place, x, () => stripes(x) && place.contenders.some(c => outdoneBy(place, x, c)));
}

// Of zones placed one is "as many" as the most when it lacks less than a thousandth of what was offered.
function placedFewer(place, c) {
	return once('placed fewer', place, c, () => findPlacedFewer(place, c));
}

function findPlacedFewer(place, c) {
	const marks = place.contenders.filter(x => !outdone(place, x));
	const most = Math.max(...marks.map(x => meanOf(x, 'zones_placed') || 0));
	const offered = meanOf(c, 'zones_offered') || most;
	if (most - (meanOf(c, 'zones_placed') || 0) <= ALIKE * offered) return false;
	return marks.some(x => (meanOf(x, 'zones_placed') || 0) === most && differs(place.run, x, c, 'zones_placed'));
}

// The fewest changes of memory that came up short, of those that place as many.
function leastShort(place) {
	return once('least short', place, null, () => findLeastShort(place));
}

function findLeastShort(place) {
	const known = place.contenders.filter(
		c => !foresees(c) && !placedFewer(place, c) && meanOf(c, 'balloon_failures') !== null,
	);
	return known.length
		? known.reduce((a, c) => (meanOf(c, 'balloon_failures') < meanOf(a, 'balloon_failures') ? c : a))
		: null;
}

// Its zones got less memory than they asked for, more often than elsewhere: refused, only later. By the same thousandth.
function fellShort(place, c) {
	const least = leastShort(place),
		mine = meanOf(c, 'balloon_failures');
	if (!least || mine === null) return false;
	const more = mine - meanOf(least, 'balloon_failures');
	return more > ALIKE * (meanOf(c, 'balloon_steps') || 0) && differs(place.run, c, least, 'balloon_failures');
}

const aboutPlacing = [
	'zones_placed',
	'zones_refused',
	'peak_live_zones',
	'queue_wait_s',
	'zones_queued',
	'vcpu_time_s',
];
const aboutGrowing = ['balloon_failures', 'balloon_steps', 'ballooned_bytes'];
const aboutSpilling = [
	'zones_spilled',
	'spilled_bytes',
	'own_page_ppm',
	'off_node_page_ppm',
	'wrong_vnode_page_ppm',
	'swing_ppm',
];

// Why a contender is not ranked on a figure, or ''.
function apart(place, c, figure) {
	if (foresees(c)) return 'knows what comes: a bound, not a policy to run';
	if (!aboutPlacing.includes(figure) && placedFewer(place, c)) return 'placed fewer zones, and had less to do';
	if (!aboutPlacing.includes(figure) && !aboutGrowing.includes(figure) && fellShort(place, c))
		return 'gave zones less memory than they asked for, and had less to place';
	if (aboutSpilling.includes(figure) && stripes(c))
		return 'stripes every zone over all nodes: nothing can spill, nothing is at home';
	return '';
}

// How each contender stands on a figure: 'lead' (best, with those that cannot be told from it), 'rest', 'even' (nobody can
// be told apart), 'apart' (not ranked), 'unknown'. By contender index.
function standing(place, figure) {
	const better = figures[figure].better,
		out = place.contenders.map(() => 'unknown');
	const ranked = place.contenders.filter(c => meanOf(c, figure) !== null && !apart(place, c, figure));
	place.contenders.forEach(c => {
		if (meanOf(c, figure) !== null && apart(place, c, figure)) out[c.index] = 'apart';
	});
	if (!ranked.length) return out;
	const sign = better === 'higher' ? -1 : 1;
	const best = ranked.reduce((a, c) => (sign * (meanOf(c, figure) - meanOf(a, figure)) < 0 ? c : a));
	const lead = ranked.filter(c => c === best || !differs(place.run, c, best, figure));
	ranked.forEach(c => {
		out[c.index] =
			better === 'neither' || lead.length === ranked.length ? 'even' : lead.includes(c) ? 'lead' : 'rest';
	});
	return out;
}
