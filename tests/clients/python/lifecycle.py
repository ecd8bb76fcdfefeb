"""Makes every call of the SDK and checks its result: lifecycle.py API_URL TOKEN RELEASE. Stops at the first failure.

Runs with every release of the SDK that is supported: what an older one does not have is left out.
"""

import sys
import tempfile
import time
import uuid
from datetime import datetime, timedelta, timezone
from importlib.metadata import version
from queue import Empty

import called
import snowplow_signals
from snowplow_signals import (
    AtomicProperty,
    Attribute,
    AttributeKey,
    AttributeKeyIdentifiers,
    BatchAttributeGroup,
    BatchSource,
    Criteria,
    Criterion,
    EntityProperty,
    Event,
    EventProperty,
    ExternalBatchAttributeGroup,
    Field,
    InterventionCriteriaAll,
    InterventionCriteriaAny,
    InterventionCriteriaNone,
    InterventionCriterion,
    InterventionInstance,
    LinkAttributeKey,
    PagePing,
    PageView,
    RuleIntervention,
    Service,
    Signals,
    SignalsAPIError,
    SignalsSandbox,
    StreamAttributeGroup,
    StructuredEvent,
    domain_sessionid,
    domain_userid,
    network_userid,
    session_attribute_key,
    user_attribute_key,
    user_id,
)
from snowplow_signals.interventions_subscription import InterventionsSubscription
from snowplow_signals.models import RuleInterventionInput

called.start()

assert version("snowplow-signals") == sys.argv[3], "another release is installed"
RELEASE = tuple(int(part) for part in sys.argv[3].split("."))
OWNER = "user@company.com"

signals = SignalsSandbox(api_url=sys.argv[1], sandbox_token=sys.argv[2])


def has(*release):
    return RELEASE >= release


def attribute(name="views", **changes):
    settings = dict(type="int32", aggregation="counter", events=[PageView()])
    return Attribute(name=name, **{**settings, **changes})


def group(version=1, name="pages", **changes):
    views = attribute(period=timedelta(days=7))
    settings = dict(name=name, version=version, attribute_key=domain_userid, owner=OWNER, attributes=[views])
    return StreamAttributeGroup(**{**settings, **changes})


def rule(name, criteria, **changes):
    return RuleIntervention(name=name, owner=OWNER, criteria=criteria, **changes)


def refusal(call, *arguments, **named):
    try:
        call(*arguments, **named)
    except SignalsAPIError as error:
        return error
    raise AssertionError("nothing was refused")


def publish_and_read():
    key = AttributeKey(property=AtomicProperty(name="app_id"))
    service = Service(name="pages", owner=OWNER, attribute_groups=[group()])
    reader = rule(
        "reader",
        InterventionCriterion(attribute="pages:views", operator=">", value=2),
        target_attribute_keys=[LinkAttributeKey(name="domain_userid")],
    )

    # Publish, and publish the same again.
    for _ in range(2):
        names = [published.name for published in signals.publish([reader, service, group(), key])]
        assert names == ["app_id", "pages", "pages", "reader"], names

    # Read the registry.
    read = signals.get_attribute_group("pages")
    assert (read.version, read.is_published, read.attribute_key.name) == (1, True, "domain_userid"), read
    assert signals.get_attribute_group("pages", 1).attributes[0].period == timedelta(days=7)
    assert signals.registry.get_service("pages").attribute_groups[0].name == "pages"
    assert [each.name for each in signals.interventions.list()] == ["reader"]
    assert signals.interventions.get("reader").criteria.value == 2
    assert signals.interventions.get("reader", version=1).is_published

    # A published group cannot change; a new version can be published.
    error = refusal(signals.publish, [group(description="Another text")])
    assert error.status_code == 400 and "raise the version" in error.message["detail"], error
    assert "400" in str(error)
    assert signals.publish([group(2)])[0].version == 2
    assert signals.get_attribute_group("pages").version == 2

    # Errors have the shape of the API's errors.
    broken = group(name="broken", attributes=[attribute("sum", type="double", aggregation="sum", events=[Event()])])
    error = refusal(signals.publish, [broken])
    assert error.status_code == 422 and "property" in error.message["detail"][0]["msg"], error
    assert refusal(signals.get_attribute_group, "nothing").status_code == 404

    # Two groups of a service may not have an attribute of one name.
    signals.publish([group(name="others")])
    both = Service(name="both", owner=OWNER, attribute_groups=[group(), group(name="others")])
    error = refusal(signals.publish, [both])
    assert error.status_code == 422 and "'views'" in error.message["detail"][0]["msg"], error

    # Read attributes, and try a group.
    visitor = str(uuid.uuid4())
    values = {"domain_userid": visitor, "views": 0}
    assert signals.get_service_attributes("pages", "domain_userid", visitor) == values
    assert signals.get_group_attributes("pages", 2, ["views"], "domain_userid", visitor) == values
    assert signals.get_group_attributes("pages", 1, "views", "domain_userid", visitor) == values
    assert group().get_attributes(signals, visitor) == values
    assert service.get_attributes(signals, "domain_userid", visitor) == values
    assert list(signals.test(group()).columns) == ["domain_userid", "views"]
    identifiers = [snowplow_signals.AttributeKeyId(visitor), *([visitor] if has(0, 4, 10) else [])]
    for identifier in identifiers:
        assert list(signals.test(group(), attribute_key_ids=[identifier], app_ids=["shop"])["views"]) == [0]

    # Unpublish and delete.
    assert not signals.unpublish([reader])[0].is_published
    assert refusal(signals.delete, [group()]).status_code == 400
    signals.delete([reader, service, group(), group(2), group(name="others"), key])
    assert signals.interventions.list() == []
    assert refusal(signals.get_attribute_group, "pages").status_code == 404


def define_everything():
    """Publishes a definition of each class, and reads it back as it was."""
    product = EntityProperty(vendor="com.shop", name="product", major_version=1, path="$.price")
    action = EventProperty(vendor="com.shop", name="action", major_version=1, path="type")
    criteria = [
        Criterion.eq(action, "view"),
        Criterion.neq(action, "remove"),
        Criterion.gt(product, 1),
        Criterion.gte(product, 2.5),
        Criterion.lt(product, 100),
        Criterion.lte(product, 99),
        Criterion.like(action, "v%"),
        Criterion.in_list(action, ["view", "add"]),
    ]
    if has(0, 4, 3):
        criteria += [Criterion.is_null(product), Criterion.is_not_null(product)]
    keys = [domain_userid, domain_sessionid, user_id, network_userid, user_attribute_key, session_attribute_key]
    attributes = [
        attribute("filtered", criteria=Criteria(all=criteria, any=criteria[:1])),
        attribute("spent", type="double", aggregation="sum", property=product, events=[StructuredEvent(), PagePing()]),
        *newer_attributes(product, action),
    ]
    stream = group(name="everything", attributes=attributes)
    batch = BatchAttributeGroup(
        name="batch", version=1, owner=OWNER, attribute_key=domain_userid, attributes=[attribute("batch_views")]
    )
    source = BatchSource(
        name="warehouse", database="d", schema="s", table="t", timestamp_field="at"
    )
    external = ExternalBatchAttributeGroup(
        name="scores",
        version=1,
        owner=OWNER,
        attribute_key=domain_userid,
        batch_source=source,
        fields=[Field(name="risk", type="double"), *([Field(name="tags", type="dict")] if has(0, 4, 3) else [])],
    )
    high = InterventionCriterion(attribute="everything:filtered", operator=">", value=2)
    low = InterventionCriterion(attribute="everything:spent", operator="<", value=5)
    risky = InterventionCriterion(attribute="scores:risk", operator="is not null")
    every = InterventionCriteriaAll(
        all=[high, InterventionCriteriaAny(any=[low, risky]), InterventionCriteriaNone(none=[low])]
    )
    groups = dict(payload_attribute_groups=[{"name": "scores", "version": 1}]) if has(0, 4, 4) else {}
    objects = [*keys, stream, batch, external, rule("every", every, **groups)]
    if has(0, 4, 6):
        moved = InterventionCriterion(attribute="everything:spent", operator="changed")
        objects.append(rule("moved", moved))
    published = signals.publish(objects)
    assert [each.name for each in published] == [each.name for each in objects]
    for wanted in (stream, batch, external):
        read = signals.get_attribute_group(wanted.name)
        for field in ("attributes", "fields", "offline"):
            assert dumped(getattr(read, field)) == dumped(getattr(wanted, field)), (wanted.name, field)
    names = {each.name for each in signals.interventions.list()}
    assert names == {each.name for each in objects if isinstance(each, RuleIntervention)}, names

    # The calls for interventions alone.
    single = RuleInterventionInput(name="single", version=1, owner=OWNER, criteria=high)
    assert signals.interventions.create(single).name == "single"
    assert signals.interventions.update(single.model_copy(update={"description": "text"})).description == "text"
    assert signals.interventions.delete("single", 1) == {"ok": True}
    signals.registry.create_or_update([each.model_copy(update={"is_published": False}) for each in objects[6:]])
    signals.registry.delete(objects)


def newer_attributes(product, action):
    if has(0, 4, 3):
        yield attribute("kinds", type="dict", aggregation="category_count", property=action)
        yield attribute("distinct", aggregation="approx_count_distinct", property=action)
    if has(0, 4, 5):
        yield attribute("first_seen", type="timestamp", aggregation="first", property=AtomicProperty(name="derived_tstamp"))
    if has(0, 4, 6):
        yield attribute("short_lived", ttl=timedelta(hours=1))
    if has(0, 4, 7):
        hour = AtomicProperty(name="derived_tstamp", date_part="hour_of_day")
        yield attribute("hour", aggregation="last", property=hour, events=[])
    if has(0, 4, 8):
        yield attribute("age", type="double", aggregation="time_since_first", time_unit="min")
    if has(0, 4, 9):
        arrival = AtomicProperty(name="refr_dvce_tstamp")
        yield attribute("arrival", type="string", aggregation="last", property=arrival)
    if has(0, 4, 4):
        yield attribute("specified", events=[Event(event_specification_id="a-b-c")])
    if has(0, 4, 7):
        day = AtomicProperty(name="derived_tstamp", date_part="day_of_week")
        yield attribute("on_weekdays", criteria=Criteria(all=[Criterion.in_list(day, [1, 2, 3, 4, 5])]))
    if has(0, 4, 9):
        parts = [action, AtomicProperty(name="app_id")]
        joined = snowplow_signals.CalculatedProperty(operation="concat", separator="-", properties=parts)
        total = snowplow_signals.CalculatedProperty(operation="sum", properties=[product, product])
        yield attribute("joined", type="string", aggregation="last", property=joined)
        yield attribute("total", criteria=Criteria(any=[Criterion.gt(total, 10)]))


def dumped(value):
    if isinstance(value, list):
        return [dumped(each) for each in value]
    return value.model_dump(mode="json", exclude_none=True) if hasattr(value, "model_dump") else value


def push_and_pull():
    targets = new_targets()
    hello = InterventionInstance(name="hello", version=1, attributes={"a:b": "1"})
    assert signals.push_intervention(targets, hello) == "undelivered"
    with signals.pull_interventions(targets) as subscription:
        deliver(hello, targets)
        assert subscription.get(timeout=10).name == "hello"
        assert list(subscription) == []
    # A stopped subscription keeps its connection until the next line, so the next one is for another visitor.
    targets = new_targets()
    received = []
    subscription = signals.interventions.subscribe(targets)
    subscription.add_handler(received.append)
    subscription.start()
    pushed = [hello]
    if has(0, 4, 4):
        pushed.append(InterventionInstance(name="Spring sale: -10 %", version=1, intervention_id="campaign/7"))
    for each in pushed:
        deliver(each, targets)
    assert [subscription.get(timeout=10).name for _ in pushed] == [each.name for each in pushed]
    until(lambda: len(received) == len(pushed))
    try:
        subscription.get(block=False)
        raise AssertionError("nothing is left")
    except Empty:
        pass
    assert subscription.remove_handler(received.append)
    subscription.stop()
    InterventionsSubscription(signals.api_client, targets, buffer=False).stop()
    InterventionsSubscription.cleanup()
    error = refusal(signals.push_intervention, AttributeKeyIdentifiers({"domain_userid": ["x"]}), hello)
    assert error.status_code == 400, error


def new_targets():
    return AttributeKeyIdentifiers({"domain_userid": [str(uuid.uuid4())]})


def deliver(instance, targets):
    """A subscription does not tell when it is connected."""
    until(lambda: signals.interventions.publish(instance, targets) == "success")


def until(is_done):
    for _ in range(200):
        if is_done():
            return
        time.sleep(0.05)
    raise AssertionError("it did not happen within ten seconds")


def event_logs():
    log = snowplow_signals.EventLog(
        name="activity",
        owner=OWNER,
        prompt="Advise the visitor.",
        attribute_key=domain_sessionid,
        max_events=10,
        max_age_seconds=600,
        events=[
            snowplow_signals.EventSelection(
                event=snowplow_signals.EventLogEvent(name="page_view", major_version=1),
                properties=[
                    snowplow_signals.EventLogAtomicProperty(name="page_urlpath"),
                    snowplow_signals.EventLogEventProperty(vendor="com.shop", name="a", major_version=1, path="$.b"),
                    snowplow_signals.EventLogEntityProperty(
                        vendor="com.shop", name="c", major_version=1, path="d", output_name="e"
                    ),
                ],
            )
        ],
    )
    assert signals.publish([log])[0].is_published
    read = signals.get_event_log("activity")
    assert (read.name, read.is_published, read.has_published_version) == ("activity", True, True), read
    assert dumped(read.events) == dumped(log.events)
    assert snowplow_signals.EventLogResponse(**read.model_dump()) == read
    session = str(uuid.uuid4())
    signals.api_client.make_text_request("GET", "../../i", params={"e": "pv", "sid": session, "url": "http://shop/a"})
    if has(0, 4, 7):
        context = log.get_agentic_context(signals, session)
        assert context.events == [{"page_urlpath": "/a"}], context
        assert (context.prompt, context.identifier) == ("Advise the visitor.", session), context
        story = signals.get_agentic_context("activity", session, format="narrative")
        assert story.startswith("Advise the visitor.\n") and "/a" in story, story
    assert refusal(signals.delete, [log]).status_code == 400
    assert not signals.unpublish([log])[0].is_published
    signals.delete([log])
    assert refusal(signals.get_event_log, "activity").status_code == 404


def datasets():
    """Every call that needs a warehouse is refused by 501; no other call is."""
    from snowplow_signals.models.model import SignalsApiModelsDatasetEvent as DatasetEvent

    goal = Criteria(all=[Criterion.eq(AtomicProperty(name="event_name"), "transaction")])
    now = datetime.now(timezone.utc)
    span = snowplow_signals.TrainingSpan(start_time=now - timedelta(days=7), end_time=now)
    table = snowplow_signals.WarehouseTable(table="anchors")
    tables = snowplow_signals.AttributesWarehouseTable(schema="s", table_prefix="signals")
    anchors = snowplow_signals.SessionAnchors(goal_criteria=goal, training_span=span)
    supplied = snowplow_signals.UserSuppliedAnchors(source=table)
    run_id = uuid.uuid4()
    groups = [group()]
    for call, arguments in [
        (signals.build_dataset_with_session_anchors, (groups, goal, span, [DatasetEvent(name="page_ping")])),
        (signals.build_dataset_with_custom_anchors, (groups, table, tables)),
        (signals.submit_dataset_run_with_session_anchors, (groups, goal, span)),
        (signals.submit_dataset_run_with_custom_anchors, (groups, table, tables)),
        (signals.get_dataset_run_status, (run_id,)),
        (signals.get_dataset_run_preview, (run_id, 10)),
        (signals.cancel_dataset_run, (run_id,)),
        (signals.datasets.build_sql, (groups, anchors)),
        (signals.datasets.submit_run, (groups, supplied)),
    ]:
        error = refusal(call, *arguments)
        assert error.status_code == 501 and "warehouse" in error.message["detail"], error
    if has(0, 4, 9):
        error = refusal(signals.api_client.make_request, "POST", "registry/agentic_decisions/", data={"name": "a"})
        assert error.status_code == 501 and "language model" in error.message["detail"], error
    work_with_a_dataset(anchors, run_id, table)


def work_with_a_dataset(anchors, run_id, table):
    """What the SDK does with the response of a warehouse, without a server."""
    from snowplow_signals.models import (
        AttributeKeyOutput,
        AttributeSqlFile,
        DatasetAttributeGroups,
        DatasetBundleRequest,
        DatasetBundleResponse,
        DatasetSqlFile,
    )

    def file(name):
        return DatasetSqlFile(database="d", schema="s", table=name, sql="SELECT 1")

    key = AttributeKeyOutput(name="domain_userid", blobl_path=None)
    attributes = AttributeSqlFile(database="d", schema="s", table="b", sql="SELECT 2", attribute_key=key)
    bundle = snowplow_signals.DatasetBundle(
        request=DatasetBundleRequest(anchors=anchors, attributes=DatasetAttributeGroups(attribute_groups=[group()])),
        response=DatasetBundleResponse(anchors=file("a"), attributes=[attributes], dataset=file("c")),
        dataset_client=signals.datasets,
    )
    assert sorted(bundle.files) == ["a.sql", "b.sql", "c.sql"]
    with tempfile.TemporaryDirectory() as folder:
        bundle.save_to(folder)
    preview = snowplow_signals.DatasetPreviewResponse(columns=["x"], data=[[1]], row_count=1)
    assert list(preview.to_pandas()["x"]) == [1]
    status = snowplow_signals.DatasetRunStatus("pending")
    snowplow_signals.DatasetRunStatusResponse(id=run_id, status=status, dataset=table)
    snowplow_signals.DatasetRunResponse(id=run_id, dataset=table, created_at=datetime.now(timezone.utc))


def publish_by_name():
    """Drafts are published and unpublished by requests of their own."""
    from snowplow_signals import models

    draft = snowplow_signals.AttributeGroup(
        name="drafts", version=1, owner=OWNER, attribute_key=user_id, attributes=[attribute()]
    )
    service = Service(name="drafts", owner=OWNER, attribute_groups=[draft])
    reader = rule("draft", InterventionCriterion(attribute="drafts:views", operator=">", value=2))
    key = AttributeKey(property=AtomicProperty(name="app_id"))
    objects = [key, draft, service, reader]
    signals.registry.create_or_update(objects)
    references = dict(
        attribute_keys=[models.AttributeKeyReference(name="app_id")],
        attribute_groups=[models.AttributeGroupReference(name="drafts", version=1)],
        services=[models.ServiceReference(name="drafts")],
        interventions=[models.InterventionReference(name="draft", version=1)],
    )
    for call, request in [
        ("publish", models.SelectivePublishRequest(**references)),
        ("unpublish", models.UnpublishRequest(**references)),
    ]:
        body = request.model_dump(mode="json", exclude_none=True)
        for status in (f"{call}ed", f"nothing to {call}"):
            assert signals.api_client.make_request("POST", f"engines/{call}", data=body) == {"status": status}
        assert signals.get_attribute_group("drafts").is_published == (call == "publish")
    signals.delete(objects)


def preview_an_intervention():
    from snowplow_signals.models import model

    signals.publish([group(name="previewed")])
    draft = rule("draft", InterventionCriterion(attribute="previewed:views", operator=">", value=2))
    request = model.TestInterventionRequest(
        intervention=draft, app_ids=[model.AppId("no_such_app")], window=timedelta(hours=1)
    )
    body = request.model_dump(mode="json", exclude_none=True, by_alias=True)
    answer = signals.api_client.make_request("POST", "testing/interventions/", data=body)
    preview = model.TestInterventionResponse.model_validate(answer)
    assert (preview.scanned_count, preview.matched_count, preview.matches) == (0, 0, {}), preview
    signals.unpublish([group(name="previewed")])
    signals.delete([group(name="previewed")])
    answer = signals.api_client.make_request("GET", "registry/templates/attribute_groups")
    templates = model.AttributeGroupTemplatesResponse.model_validate(answer).templates
    assert "Basic web" in [template.name for template in templates], templates


def build_responses():
    """The models of responses, which users may build themselves: for tests of their own."""
    from snowplow_signals import models

    criterion = models.CriterionWithStringProperty(property="app_id", operator="=", value="shop")
    criteria = models.CriteriaWithStringProperty(all=[criterion])
    values = models.AttributeWithStringProperty(
        name="a", type="int32", aggregation="counter", events=[PageView()], property="app_id", criteria=criteria
    )
    key = models.AttributeKeyOutput(name="domain_userid", blobl_path=None)
    names = dict(full_name="g_1", feast_name="g_v1", stream_source_name=None, attribute_key_or_name="domain_userid")
    models.AttributeGroupResponse(name="g", attribute_key=key, attributes=[values], **names)
    if not has(0, 4, 5):
        models.AttributeOutput(name="a", type="int32", aggregation="counter", events=[PageView()])
    if has(0, 4, 7):
        snowplow_signals.AgenticContextResponse(
            name="a", attribute_key="b", identifier="c", events=[], started_at_ms=1, summary="d"
        )
    if has(0, 4, 9):
        parts = [AtomicProperty(name="app_id"), AtomicProperty(name="platform")]
        snowplow_signals.CalculatedProperty(operation="concat", properties=parts)


# Only its constructor: it logs in at Snowplow's Console.
Signals(api_url="http://localhost", api_key="key", api_key_id="id", org_id="org")
assert SignalsAPIError(404, "text").status_code == 404

publish_and_read()
define_everything()
push_and_pull()
publish_by_name()
if has(0, 4, 4):
    preview_an_intervention()
build_responses()
if has(0, 4, 5):
    event_logs()
if has(0, 4, 7):
    datasets()
called.stop()
missing = called.not_called()
assert missing == [], f"not called: {missing}"
print("done")
