// What the page says, without a browser: node --test tests/report/page/
'use strict';
const test = require('node:test');
const assert = require('node:assert');
const page = require('./load.js');
const {run, model, packed} = page;

page.useModel(model);
const place = (rows, more) => page.placesOf(run(rows, more))[0];
const row = (policy, more = {}) => ({
	policy,
	hosts: 8,
	zones_offered: 1000,
	zones_placed: 1000,
	zones_refused: 0,
	local_page_ppm: 900000,
	slowdown_ppm: 1040000,
	cause_remote_ppm: 500000,
	mean_distance_centi: 1100,
	zones_multi_node: 10,
	spilled_bytes: 2 ** 30,
	...more,
});

test('figures are rounded as the program does, to the nearest, ties away from zero', () => {
	assert.equal(page.decimal(25, 10, 0), '3');
	assert.equal(page.decimal(-25, 10, 0), '-3');
	assert.equal(page.decimal(-4, 10, 0), '0');
	assert.equal(page.decimal(856373, 10000, 2), '85.64');
	assert.equal(page.decimal(-5, 10000, 2), '0.00');
	assert.equal(page.decimal(123456789012345, 1, 0), '123,456,789,012,345');
	assert.equal(page.figureText('local_page_ppm', 1000000), '100.00');
	assert.equal(page.figureText('spilled_bytes', 9221294784512), '8,588'); // of thousands no decimals
	assert.equal(page.figureText('spilled_bytes', null), 'not known');
	assert.equal(page.figureSigned('spilled_bytes', 9221294784512), '8.39 TiB');
	assert.equal(page.figureSigned('queue_wait_s', 72213), '20 h 3 min');
	assert.equal(page.figureSigned('queue_wait_s', -599), '-599 s');
	assert.equal(page.figureTitle('local_page_ppm'), 't, %');
	assert.ok(page.alike('local_page_ppm', 856371, 856374));
});

test('time is told in days', () => {
	assert.equal(page.timeText(6 * 86400 + 77400, 604800), 'day 7, 21:30');
	assert.equal(page.timeText(3900, 86400), '1 h 05 min');
	assert.deepEqual(page.timeTicks(0, 604800, 10), {step: 86400, ticks: [0, 1, 2, 3, 4, 5, 6, 7].map(d => d * 86400)});
	assert.equal(page.tickText(86400, 86400), 'day 2');
});

test('policies stand as they were asked for, the baseline first', () => {
	const rows = [row('a'), row('b'), row('c')];
	assert.deepEqual(
		place(rows, {policies: ['c', 'a']}).contenders.map(c => c.name),
		['c', 'a', 'b'],
	);
	assert.equal(place(rows).baseline.name, 'a');
	assert.equal(place(rows, {policies: []}).baseline.name, 'a');
});

test('seeds are taken together, none is dropped', () => {
	const p = place([
		row('a', {seed: '1', local_page_ppm: 100}),
		row('a', {seed: '2', local_page_ppm: 300}),
		row('b', {seed: '1'}),
	]);
	assert.deepEqual(page.summarise(p.contenders[0], 'local_page_ppm'), {mean: 200, low: 100, high: 300, nr: 2});
	assert.deepEqual(p.seeds, ['1', '2']);
	assert.equal(place(Array.from({length: 40}, (_, i) => row(`p${i}`))).contenders.length, 40);
});

test("the model's error: of a slowdown its loss, by cause; of a latency all; of what is counted none", () => {
	const p = place([row('a', {memory_latency_ps: 100000})]),
		c = p.contenders[0];
	assert.equal(Math.round(page.modelError(p.run, c, 'slowdown_ppm')), 17400); // 40000 x (0.37 + 0.5) / 2
	assert.equal(page.modelError(p.run, c, 'memory_latency_ps'), 37000);
	assert.equal(page.modelError(p.run, c, 'local_page_ppm'), 0);
	assert.equal(page.modelError({cost: null}, c, 'slowdown_ppm'), 0);
});

test('differences below the error are even, never best', () => {
	const near = place([row('a'), row('b', {slowdown_ppm: 1050000})]),
		far = place([row('a'), row('b', {slowdown_ppm: 1200000})]);
	assert.deepEqual(page.standing(near, 'slowdown_ppm'), ['even', 'even']);
	assert.deepEqual(page.standing(far, 'slowdown_ppm'), ['lead', 'rest']);
	assert.deepEqual(page.standing(place([row('a'), row('b', {slowdown_ppm: null})]), 'slowdown_ppm'), [
		'even',
		'unknown',
	]);
	assert.deepEqual(page.standing(far, 'hosts'), ['even', 'even']);
});

test('of several seeds one must be ahead in all', () => {
	const p = place([
		row('a', {seed: '1', local_page_ppm: 900000}),
		row('a', {seed: '2', local_page_ppm: 800000}),
		row('b', {seed: '1', local_page_ppm: 910000}),
		row('b', {seed: '2', local_page_ppm: 700000}),
	]);
	assert.deepEqual(page.standing(p, 'local_page_ppm'), ['even', 'even']);
});

test('nothing is crowned for spilling nothing because it stripes', () => {
	const p = place([row('a'), row('flat', {spilled_bytes: 0, zones_multi_node: 1000, local_page_ppm: 125000})]);
	assert.deepEqual(page.standing(p, 'spilled_bytes'), ['even', 'apart']);
	assert.match(page.apart(p, p.contenders[1], 'spilled_bytes'), /stripes/);
	assert.deepEqual(page.standing(p, 'local_page_ppm'), ['lead', 'rest']);
});

test('a chart says why nothing is best in it', () => {
	const note = (rows, figure, predicted) => {
		const p = place(rows);
		return page.rankNote(p, figure, page.standing(p, figure), predicted);
	};
	const flat = row('flat', {spilled_bytes: 0, zones_multi_node: 1000, local_page_ppm: 125000});
	assert.equal(note([row('a'), flat], 'spilled_bytes', false), 'fewer than two are ranked');
	assert.equal(note([row('a'), row('b'), flat], 'spilled_bytes', false), 'no difference between those ranked');
	assert.equal(note([row('a'), row('b')], 'slowdown_ppm', true), 'no difference beyond the error');
	assert.equal(note([row('a'), row('b', {local_page_ppm: 1000})], 'local_page_ppm', false), 'more is better');
	assert.equal(note([row('a')], 'spilled_bytes', false), 'less is better');
});

test('who placed fewer zones is not ranked on other figures', () => {
	const p = place([row('a'), row('b', {zones_placed: 900, zones_refused: 100, local_page_ppm: 1000000})]);
	assert.deepEqual(page.standing(p, 'local_page_ppm'), ['even', 'apart']);
	assert.deepEqual(page.standing(p, 'zones_refused'), ['lead', 'rest']);
	const a = page.answer(p);
	assert.equal(a.name, 'a');
	assert.match(a.why, /b placed fewer zones and is not ranked/);
	for (const [placed, fewer] of [
		[999, false],
		[998, true],
	]) {
		// a thousandth is no difference
		const q = place([row('a'), row('b', {zones_placed: placed})]);
		assert.equal(page.placedFewer(q, q.contenders[1]), fewer);
	}
});

test('the answer: faster beyond the error, then more local, then nearer, then the baseline', () => {
	const take = rows => page.answer(place(rows));
	let a = take([row('a', {slowdown_ppm: 1300000}), row('b', {local_page_ppm: 800000})]);
	assert.equal(a.lead + a.name, 'Take b');
	assert.match(a.why, /faster than others by more than the error/);
	a = take([row('a'), row('b', {local_page_ppm: 990000, slowdown_ppm: 1030000})]);
	assert.equal(a.name, 'b');
	assert.match(a.text, /keeps 99\.0\u00a0% of memory local, 9\.0 percentage points more than a/);
	assert.match(a.text, /the difference of 1\.0\u00a0% is below the error of 1\.7\u00a0%/);
	a = take([row('a'), row('b', {local_page_ppm: 900499})]);
	assert.equal(a.lead + a.name, 'Stay with a', 'what the sentence would call 0.0 points decides nothing');
	a = take([row('a'), row('b', {local_page_ppm: 900500})]);
	assert.match(a.text, /0\.1 percentage points more than a/);
	a = take([row('a'), row('b')]);
	assert.equal(a.lead + a.name, 'Stay with a');
	assert.match(a.why, /Nothing tells the policies/);
	a = take([row('a'), row('oracle', {local_page_ppm: 1000000, slowdown_ppm: 1000000})]);
	assert.equal(a.name, 'a', 'nobody can run what knows the future');
	a = take([row('a', {slowdown_ppm: null}), row('b', {slowdown_ppm: null, local_page_ppm: 950000})]);
	assert.equal(a.name, 'b');
	assert.match(a.text, /was not asked/);
	a = take([row('a'), row('b', {zones_placed: 900, zones_refused: 100})]);
	assert.match(a.text, /refuses none of 1,000 zones, and keeps/, 'none needs no comparison');
	a = take([row('a', {zones_placed: 900}), row('b')]);
	assert.match(a.why, /No other policy places as many zones/);
	a = take([row('only')]);
	assert.equal(a.lead, '');
	assert.match(a.text, /refuses none of 1,000 zones on 8 hosts/);
});

test('who gives zones less memory than they ask for is not ranked above who holds it', () => {
	const steps = {balloon_steps: 10000, balloon_failures: 0};
	const of = failures =>
		place([row('a', {...steps, balloon_failures: failures, local_page_ppm: 1000000}), row('b', steps)]);
	// a thousandth of the changes is no difference
	assert.equal(page.answer(of(10)).name, 'a');
	const a = page.answer(of(11));
	assert.equal(a.lead + a.name, 'Take b');
	assert.match(a.why, /a did not give zones the memory they asked for \(11 changes came up short, 0 at best\)/);
	assert.deepEqual(page.standing(of(11), 'local_page_ppm'), ['apart', 'even']);
	assert.deepEqual(page.standing(of(11), 'balloon_failures'), ['rest', 'lead']);
	assert.deepEqual(page.standing(of(11), 'zones_placed'), ['even', 'even']);
	// the fewest is that of those who place as many: b refuses instead
	const q = place([row('a', {...steps, balloon_failures: 500}), row('b', {...steps, zones_placed: 900})]);
	assert.equal(page.answer(q).name, 'a');
});

test('a policy that stripes and slows all by more than it places does not set the mark', () => {
	const striped = (placed, slowdown) =>
		place([
			row('a'),
			row('flat', {
				zones_placed: placed,
				zones_offered: 1200,
				zones_multi_node: placed,
				local_page_ppm: 125000,
				slowdown_ppm: slowdown,
				cause_remote_ppm: 1000000,
			}),
		]);
	// 1.2 less 37 % of 0.2 is 1.126, over 1.04 8 % more: more than 10 of 1000, less than 100
	const p = striped(1010, 1200000);
	assert.equal(page.answer(p).lead + page.answer(p).name, 'Stay with a');
	assert.match(page.answer(p).why, /flat places more zones and slows all by more than that/);
	assert.equal(page.placedFewer(p, p.contenders[0]), false);
	const q = striped(1100, 1200000);
	assert.equal(page.answer(q).name, 'flat');
	assert.equal(page.placedFewer(q, q.contenders[0]), true);
});

// Two zones: 4 GiB on node 1 alone, from 10 to 20; 2 GiB on nodes 0 and 2 of host 1, 512 MiB of it on node 3, alive at the end.
const zones = {tick_ns: 1e9, end_ticks: 30, nodes: ['1', '0 2'], outcomes: ['stopped', 'live']};
const packedRow = {
	row: 0,
	zones: {
		nr: 2,
		number: packed([2, 4]),
		start: packed([20, 10]),
		life: packed([10, 15]),
		host: packed([0, 1]),
		shape: packed([0, 1]),
		node_list: packed([0, 1]),
		pages: packed([0, 4, 0, 1024, 2, 512, 3, 512]),
		spill: packed([0, 256]),
		local: packed([1001, 751]),
		slowdown: packed([201, 0]),
		outcome: packed([0, 1]),
		shapes: [4, 4 * 2 ** 30, 2, 2 * 2 ** 30],
	},
};

test('zones are unpacked and replayed', () => {
	const z = page.unpack(zones, packedRow);
	assert.deepEqual([...z.number], [1, 3]);
	assert.deepEqual([...z.start], [10, 15]);
	assert.deepEqual([...z.end], [20, 30]);
	assert.deepEqual([...z.local], [1000, 750]);
	assert.equal(z.slowdown[0], 1.01);
	assert.ok(Number.isNaN(z.slowdown[1]));
	assert.equal(page.zoneName(z, 1), 'z2');
	assert.deepEqual([z.nrHosts, z.nrNodes], [2, 4]);
	assert.equal(page.stateAt(z, 9).live, 0);
	assert.equal(page.stateAt(z, 20).live, 1, 'a zone has gone when it ends');
	const s = page.stateAt(z, 30);
	assert.equal(s.live, 1, 'who lives at the end is there at the end');
	assert.deepEqual([...page.stateAt(z, 15).memory], [0, 4096, 0, 0, 1024, 0, 512, 512]);
	assert.deepEqual([...s.strange], [0, 0, 0, 0, 0, 0, 0, 512]);
	assert.deepEqual([...s.vcpus], [0, 0, 0, 0, 1, 0, 1, 0]);
	assert.equal(page.offNodes(z, 1), 512);
	assert.equal(page.whereText(z, 0), 'The policy chose node 1. All of its memory lies there.');
	assert.equal(
		page.whereText(z, 1),
		'The policy chose nodes 0, 2 (in the order chosen). 256 MiB of 2 GiB did not fit there at launch. 256 MiB more lay elsewhere when it ended: drift.',
	);
	assert.equal(page.varints(packed([300, 2 ** 40])).next(), 300);
	// nobody was there when the second came: 4 GiB each are free on its nodes 0 and 2, as on all
	assert.equal(
		page.arrivalText(z, 1, [4096, 4096, 4096, 4096]),
		'When it came others left 4 GiB of node 0, 4 GiB of node 2, as much as of any.',
	);
	assert.equal(
		page.arrivalText(z, 0, [8192, 4096, 0, 0]),
		'When it came others left 4 GiB of node 1; the most was 8 GiB of node 0.',
	);
	// the first on its host from 10 to 20: who comes between finds 4 GiB of node 1 taken
	const later = {...z, host: [0, 0], byHost: [[0, 1]]};
	assert.deepEqual([...page.heldAtStart(later, 1)], [0, 4096, 0, 0]);
	assert.deepEqual([...page.heldAtStart(later, 0)], [0, 0, 0, 0], 'who comes later is not there yet');
});

test('beside a fleet stands another policy with the same arrivals', () => {
	const of = (index, seed) => ({contender: {index}, seed});
	const list = [of(0, '1'), of(0, '2'), of(1, '1'), of(1, '2')];
	assert.equal(page.besideOf(list, 0), 2);
	assert.equal(page.besideOf(list, 3), 1);
	assert.equal(page.besideOf(list.slice(0, 2), 0), 1, 'of one policy another seed');
	assert.equal(page.besideOf(list.slice(0, 1), 0), -1);
});

test('refused zones are grouped by reason and shape', () => {
	const refused = (n, vcpus, reason) => [n, 60, vcpus, 2 ** 30, 'ERR_NO_ROOM', reason, 0, null, 5, 3, 1];
	const kinds = page.groupRefused([
		{
			contender: {name: 'a'},
			refused: [refused(1, 2, 'no host has 4 GiB free'), refused(2, 4, 'no host has 1.5 GiB free')],
		},
		{
			contender: {name: 'b'},
			refused: [refused(1, 2, 'no host has 12 GiB free'), refused(3, 2, 'device gpu0 is taken')],
		},
	]);
	assert.deepEqual(
		kinds.map(k => [k.shape, k.nr]),
		[
			['no host has # free', 3],
			['device gpu# is taken', 1],
		],
	);
	assert.deepEqual(
		kinds[0].shapes.map(s => [s.vcpus, s.nr, Object.keys(s.by).join()]),
		[
			[2, 2, 'a,b'],
			[4, 1, 'a'],
		],
	);
	assert.equal(kinds[0].example, 'no host has 4 GiB free');
	assert.deepEqual(
		kinds.map(k => k.common),
		['no host has # free', 'device gpu0 is taken'],
	);
	const named = page.groupRefused([
		{
			contender: {name: 'a'},
			refused: [1, 12, 3].map(n => refused(n, 2, `${n} of 8 nodes of host epyc-nps4-8n`)),
		},
	]);
	assert.equal(named[0].common, '# of 8 nodes of host epyc-nps4-8n', 'numbers that never differ stay');
});

test('an amount is an amount in any unit', () => {
	const refused = (n, reason) => [n, 60, 1, 2 ** 30, 'ERR_NO_ROOM', reason, 0, null, 5, 3, 1];
	const kinds = page.groupRefused([
		{
			contender: {name: 'a'},
			refused: [
				refused(1, 'no host has both 512 MiB of memory and 1 vCPUs free'),
				refused(2, 'no host has both 1.5 GiB of memory and 2 vCPUs free'),
				refused(3, 'no host has both 16 GiB of memory and 1 vCPUs free'),
			],
		},
	]);
	assert.deepEqual(
		kinds.map(k => [k.nr, k.common]),
		[[3, 'no host has both # of memory and # vCPUs free']],
	);
});

test('on a narrow screen a week still has several days named', () => {
	assert.deepEqual(page.timeTicks(0, 604800, 3.25), {step: 259200, ticks: [0, 259200, 518400]});
});

test('two runs: a difference below the error is neither better nor worse', () => {
	const change = (figure, x, y) => {
		const d = page.differencesOf(run([row('a', {[figure]: x})]), run([row('a', {[figure]: y})]));
		return page.changeCell(d.list[0]).class;
	};
	// the loss of 1.04 is off by 17400
	assert.equal(change('slowdown_ppm', 1040000, 1050000), 'even');
	assert.equal(change('slowdown_ppm', 1040000, 1140000), 'worse');
	assert.equal(change('local_page_ppm', 900000, 910000), 'lead');
	assert.equal(change('hosts', 8, 9), 'even');
	const d = page.differencesOf(run([row('a')]), run([row('a', {local_page_ppm: 898400})])).list[0];
	assert.equal(page.changeCell(d).text, '-0.16 points');
});

test('curves that are the same are drawn once and named together', () => {
	const curve = v => ({time_s: [0, 60], local_page_ppm: v, live_zones: [1, 2]}),
		c = (name, index) => ({name, index});
	const list = [
		{contender: c('a', 0), curve: curve([1, 2])},
		{contender: c('b', 1), curve: curve([1, 3])},
		{contender: c('c', 2), curve: curve([1, 2])},
	];
	assert.deepEqual(
		page.mergeSame(list, 'local_page_ppm').map(s => s.name),
		['a = c', 'b'],
	);
	assert.deepEqual(
		page.mergeSame(list, 'live_zones').map(s => s.name),
		['a = b = c'],
	);
	assert.deepEqual(
		page.joinSeries([
			{time: [0, 2], value: [1, 2]},
			{time: [0, 1], value: [3, 4]},
		]),
		[
			[0, 1, 3],
			[1, null, 4],
			[2, 2, null],
		],
	);
	assert.equal(page.valueAt({time: [0, 60], value: [5, 6]}, 59), 5);
	assert.equal(page.valueAt({time: [10], value: [5]}, 9), null);
});

test('two runs: what is different', () => {
	const a = run([row('a'), row('b')]),
		b = run([row('a', {local_page_ppm: 1}), row('c')]);
	const d = page.differencesOf(a, b);
	assert.deepEqual([d.shared, d.onlyA, d.onlyB], [1, 1, 1]);
	assert.deepEqual(
		d.list.map(x => [x.figure, x.x, x.y]),
		[['local_page_ppm', 900000, 1]],
	);
});

test('prediction against measurement', () => {
	const pairs = [
		['A', 'p', 'm', '0', 21e9, 20e9, 1e9],
		['B', 'p', 'm', '1', 30e9, 20e9, null],
	];
	assert.equal(
		page.verdictOf(pairs),
		"2 zones: the prediction is off by 5.0\u00a0% in the median, 50.0\u00a0% at worst; 1 lie within their measurement's 95 % interval.",
	);
	assert.equal(page.errorPpm(1, 0), null);
	const rows = page.measuredRows(
		run([row('a')]),
		run([row('a', {seed: '1', zones_placed: 990}), row('a', {seed: '2', zones_placed: 1010})]),
	);
	assert.deepEqual(
		rows.find(r => r.figure === 'zones_placed'),
		{
			name: 'w a static',
			figure: 'zones_placed',
			predicted: 1000,
			found: 1000,
			low: 990,
			high: 1010,
			nr: 2,
			error: 0,
		},
	);
});

const watched = (name, more = {}) => ({
	name,
	id: `domid ${name}`,
	kind: 'xen-pvh',
	home: '0',
	bytes: 2 ** 30,
	slowdown_ppm: 1000000,
	io_away: false,
	there: true,
	first_ppm: 1000000,
	last_ppm: 1000000,
	least_ppm: 1000000,
	drift_pages: 0,
	local_ppm: [1000000, 1000000],
	...more,
});
const recorded = (...zones) => ({time_ms: [0, 3600000], zones, nodes: [], notes: []});

test('a recording says which zones drift, the worst first', () => {
	const a = page.driftAnswer(
		recorded(
			watched('still'),
			watched('little', {drift_pages: 256, last_ppm: 999000}),
			watched('much', {drift_pages: 98304, last_ppm: 812500}),
			watched('blind', {first_ppm: null, last_ppm: null, least_ppm: null, drift_pages: null}),
			watched('away', {last_ppm: 500000, first_ppm: 500000}),
		),
	);
	assert.equal(a.lead, '2 of 5 zones drift.');
	assert.match(a.text, /^In 1 h much: 384 MiB more away from home, 81\.3\u00a0% of it at home at last; little: 1 MiB more/);
	assert.match(a.sure, /^1 more is not all at home and stayed so\. Of 1 nothing can be said/);
	assert.equal(page.driftAnswer(recorded(watched('still'))).lead, 'No zone drifts, of 1.');
	const names = page.zoneNamer([watched('a'), {...watched('a'), id: 'domid 9'}, watched('b')]);
	assert.equal(names({name: 'a', id: 'domid 9'}), 'a (domid 9)');
	assert.equal(names({name: 'b', id: 'domid b'}), 'b');
});
