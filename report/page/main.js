// The page from its model.

const redraws = [];
// What has to be drawn anew for other colours or another width.
function onRedraw(f) {
	redraws.push(f);
}

// One time for all pictures, in seconds; null until somebody sets it.
function makeClock() {
	const ears = [];
	const clock = {
		time: null,
		listen: f => ears.push(f),
		set: t => {
			clock.time = t;
			ears.forEach(f => f(t));
		},
	};
	return clock;
}

function whatRan(run, place) {
	const hosts = meanOf(place.baseline, 'hosts'),
		offered = meanOf(place.baseline, 'zones_offered');
	return [
		`${place.workload} on ${hosts === null ? '' : `${count(hosts)} host${hosts === 1 ? '' : 's'} of `}${place.topology}`,
		`${count(place.contenders.length)} polic${place.contenders.length === 1 ? 'y' : 'ies'}`,
		place.seeds.length > 1 ? `${place.seeds.length} seeds` : '',
		offered === null ? '' : `${count(offered)} zones arrived`,
	]
		.filter(Boolean)
		.join(' · ');
}

function placeSections(model, place) {
	const clock = makeClock(),
		compared = model.compared,
		several = place.contenders.length > 1;
	return [
		section('answer', several ? 'The answer' : 'In short', answerBlock(place), tiles(place), ...keyCharts(place)),
		section('time', 'Over time', timeSection(place, clock)),
		section('space', 'The fleet, replayed', spaceSection(model, place, clock)),
		section('refusals', 'Refused zones', ...refusalsSection(place)),
		...pairSections(place, compared),
		section(
			'policy-table',
			several ? 'Policies' : 'Figures',
			several
				? el(
						'p',
						{},
						'Among rows of one topology and workload the best is marked, with those that cannot be told from it; what ' +
							'is grey differs by less than the error. Headings sort.',
					)
				: '',
			several ? policyTable(place, compared) : figuresTable(place, compared),
			sameSentence(place, compared),
			unknownSentence(place, compared),
			several ? meanings(place, compared) : '',
		),
	];
}

function navigation(main) {
	return el(
		'nav',
		{'aria-label': 'Sections'},
		...[...main.querySelectorAll('section')].map(s =>
			el('a', {href: `#${s.id}`}, s.querySelector('h2').textContent),
		),
	);
}

function fillPage(model, run, place, places) {
	const main = document.getElementById('main'),
		head = document.getElementById('head');
	redraws.length = 0;
	const several =
		places.length > 1
			? choose(
					'Shown',
					places.map(p => (model.runs.length > 1 ? `${p.run.name}: ` : '') + p.name),
					places.indexOf(place),
					i => fillPage(model, places[i].run, places[i], places),
				)
			: '';
	const parts = [
		model.runs.length > 1 ? differencesSection(model) : null,
		...placeSections(model, place),
		measuredSection(model),
		model.hosts.length ? section('hosts', 'Hosts', ...model.hosts.map(hostBlock)) : null,
		trustSection(model, run),
		aboutSection(model),
		section(
			'figures',
			'All figures',
			...model.runs.map((r, i) =>
				fold(`summary.csv of ${r.name} as a table`, i ? plainSummary(r) : summaryTable(r)),
			),
		),
	].filter(Boolean);
	main.replaceChildren(...parts);
	head.replaceChildren(
		el('h1', {}, `homenode: ${model.runs.map(r => r.name).join(' against ')}`),
		el('p', {class: 'what'}, whatRan(run, place)),
		run.complete ? '' : el('p', {}, el('strong', {}, 'The run was interrupted; these are the figures it reached.')),
		several,
		navigation(main),
	);
}

// A second summary has no id of its own.
function plainSummary(run) {
	const t = summaryTable(run);
	t.querySelector('tbody').removeAttribute('id');
	return t;
}

function redrawAll() {
	redraws.forEach(f => f());
}

// Drawn anew where the window, the colours or the paper are others.
function keepDrawn() {
	let wait = null;
	addEventListener('resize', () => {
		clearTimeout(wait);
		wait = setTimeout(redrawAll, 120);
	});
	matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redrawAll);
	// on paper: light colours, nothing folded but what is made on demand
	addEventListener('beforeprint', () => {
		paper = true;
		document.querySelectorAll('details:not(.kind details)').forEach(d => {
			d.open = true;
		});
		redrawAll();
	});
	addEventListener('afterprint', () => {
		paper = false;
		redrawAll();
	});
}

function start() {
	const model = JSON.parse(document.getElementById('model').textContent);
	useModel(model);
	keepDrawn();
	if (model.recording) return fillRecording(model);
	const places = model.runs.flatMap(placesOf);
	document.title = `homenode: ${model.runs.map(r => r.name).join(' against ')}`;
	if (!places.length)
		return document
			.getElementById('main')
			.replaceChildren(
				el('h1', {}, document.title),
				el('p', {}, 'There is no row in summary.csv: the run was stopped before its first row was done.'),
			);
	fillPage(model, places[0].run, places[0], places);
}
