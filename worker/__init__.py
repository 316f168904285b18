"""Wiredesk: a message-queue worker that reads news articles.

The map, from the edges to the core (a module imports only from lines below its own; `pyproject.toml` checks it):

    cli/          the `wiredesk` command, one file a group of commands; bench/ measures
    gateway/      the HTTP API, and the reader of the foreign intakes
    tasks         the Celery task: start, pipeline, commit or fail
    stopping      a worker's stop: it ends, and never in the middle of a job's way to a process
    housekeeping  a worker's parent: leases, signs of life, the reconciler's rounds
    machine       all parts on one machine: started, watched, stopped in order
    quarantine    one piece of work in a process of its own, with limits
    reconciler    brings back what the broker lost; trims; raises alarms
    consumer      results(): stream, groups, acknowledge, take over
    embedded      a real Redis-protocol server for one machine
    files/        articles in files, archives, pages, feeds, folders, standard input
    stories       an article's near-duplicates and independent reports of the same events
    processes     children that never outlive us
    producer      submit(): validate, then one atomic step into the ledger
    app           the Celery application and its settings
    relay         publishes hints to RabbitMQ, where that is the broker
    rabbit        kombu's RabbitMQ transport, guarded likewise
    amqps         TLS to RabbitMQ: files of certificates, the node's name
    pace          how many hints a worker takes ahead of its free processes
    transport     kombu's Redis transport, guarded; fair turns between the queues
    schema        the JSON Schema of article and result
    pipeline      run(article): parse once, call each extractor, keep failures apart, join
    extractors/   one file for each kind of fact
    views/        one article, an entity, a story for a person's eyes: terminal and HTML pages
    nlp/          model, accelerate/ (the same parse, sooner), reading, who is who (parties/), lexicons
    ledger/       Redis: keys, scripts, jobs, results, dead letters, the server's check
    metrics       every metric's name
    tracing       OpenTelemetry's traces, one an article, if asked for
    logs          structlog, set up once
    settings      config/*.toml and environment in one frozen object
    json_input    JSON that others sent: what is none is named, and nothing is lost unseen
    records       the data that crosses every border
    errors        the error tree
"""

__version__ = "0.1.0"
