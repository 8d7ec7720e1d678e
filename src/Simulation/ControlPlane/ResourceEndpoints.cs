using System.Text.Json.Nodes;
using Tenon.Kube.Client.Transport;
using Tenon.Simulation.ControlPlane.Kinds;
using Tenon.Simulation.ControlPlane.Reads;
using Tenon.Simulation.ControlPlane.Requests;
using Tenon.Simulation.ControlPlane.Storage;
using Tenon.Simulation.ControlPlane.Subresources;
using Tenon.Simulation.ControlPlane.Writes;

namespace Tenon.Simulation.ControlPlane;

/// <summary>The verbs on resource paths: what each method means at each kind of path.</summary>
internal sealed class ResourceEndpoints
{
    private readonly ServerState _state;
    private readonly Lister _lister;
    private readonly Writer _writer;
    private readonly Deleter _deleter;
    private readonly Scaler _scaler;
    private readonly Binder _binder;
    private readonly Evictor _evictor;

    public ResourceEndpoints(ServerState state)
    {
        _state = state;
        _lister = new Lister(state);
        _writer = new Writer(state);
        _deleter = new Deleter(state);
        _scaler = new Scaler(_writer);
        _binder = new Binder(state);
        _evictor = new Evictor(state, _deleter);
    }

    public ApiReply Answer(KubeRequest request, Target target)
    {
        var kind = KindOf(target);
        if (target.Subresource is not null)
            return AnswerSubresource(request, target, kind);
        if (target.Name is null)
            return AnswerCollection(request, target, kind);
        if (kind.Type.Namespaced && target.Namespace is null)
            throw ApiError.NoSuchPath();
        return request.Method switch
        {
            "GET" => Get(request, target, kind),
            "PUT" => Put(request, target, kind),
            "PATCH" => Patch(request, target, kind),
            "DELETE" => Delete(request, target, kind),
            _ => throw ApiError.MethodNotAllowed(kind.Name),
        };
    }

    public WatchRequest Watch(KubeRequest request, Target target)
    {
        if (target.Plural is null)
            throw ApiError.NoSuchPath();
        var kind = KindOf(target);
        if (!kind.Verbs.Contains("watch"))
            throw ApiError.MethodNotAllowed(kind.Name);
        var selection = Selection.Of(kind, target.Namespace, target.Name, target.Query);
        return WatchRequest.Of(
            kind,
            selection,
            Views.For(kind, request.Accept, target.Query, _state.Time),
            target.Query,
            _lister
        );
    }

    private ApiKind KindOf(Target target)
    {
        if (!_state.Kinds.TryFind(target.Group, target.Version, target.Plural!, out var kind))
            throw ApiError.NoSuchPath();
        return kind.Type.Namespaced || target.Namespace is null ? kind : throw ApiError.NoSuchPath();
    }

    private ApiReply AnswerCollection(KubeRequest request, Target target, ApiKind kind)
    {
        switch (request.Method)
        {
            case "GET" when kind.Verbs.Contains("list"):
                var view = Views.For(kind, request.Accept, target.Query, _state.Time);
                var page = _lister.List(kind, Selection.Of(kind, target.Namespace, null, target.Query), target.Query);
                return new ApiReply(200, view.List(page), view.ContentType);
            case "POST":
                return Post(request, target, kind);
            case "DELETE" when kind.Verbs.Contains("deletecollection"):
                return DeleteAll(request, target, kind);
            default:
                throw ApiError.MethodNotAllowed(kind.Name);
        }
    }

    private ApiReply Get(KubeRequest request, Target target, ApiKind kind)
    {
        var item = Existing(target, kind);
        var view = Views.For(kind, request.Accept, target.Query, _state.Time);
        return new ApiReply(200, view.One(item), view.ContentType);
    }

    private ApiReply Post(KubeRequest request, Target target, ApiKind kind)
    {
        var body = Bodies.Read(request, kind);
        if (Reviews.Answer(kind, target, body) is { } review)
            return review;
        if (kind.Type is { Group: "", Kind: "Binding" })
            return _binder.Bind(
                target.Namespace ?? "default",
                Meta.TextAt(body, "metadata.name"),
                body,
                DryRun(target)
            );
        if (kind.Type.Namespaced && target.Namespace is null)
            throw ApiError.MethodNotAllowed(kind.Name);
        var write = WriteOf(target, kind, Meta.TextAt(body, "metadata.name"));
        if (kind.ToStorage is { } convert)
            body = convert(body);
        return Written(201, request, target, kind, write, _writer.Create(write, body));
    }

    private ApiReply Put(KubeRequest request, Target target, ApiKind kind)
    {
        var body = Bodies.Read(request, kind);
        var write = WriteOf(target, kind, target.Name!);
        if (kind.ToStorage is { } convert)
            body = convert(body);
        return Written(200, request, target, kind, write, _writer.Update(write, body));
    }

    private ApiReply Patch(KubeRequest request, Target target, ApiKind kind)
    {
        var write = WriteOf(target, kind, target.Name!);
        var (status, item) = Patching.Patch(_writer, write, request);
        return Written(status, request, target, kind, write, item);
    }

    private ApiReply Delete(KubeRequest request, Target target, ApiKind kind)
    {
        var options = DeleteOptions.From(Bodies.ReadOptional(request), target.Query);
        var write = WriteOf(target, kind, target.Name!) with { DryRun = options.DryRun };
        var (last, gone) = _deleter.Delete(write, options);
        if (!gone || kind.ReturnsDeleted)
            return new ApiReply(200, Views.For(kind, request.Accept, target.Query, _state.Time).One(last));
        var details = new JsonObject
        {
            ["name"] = last.Name,
            ["kind"] = kind.Type.Plural,
            ["uid"] = last.Uid,
        };
        if (kind.Type.Group.Length > 0)
            details["group"] = kind.Type.Group;
        return ApiReply.Of(
            200,
            new JsonObject
            {
                ["kind"] = "Status",
                ["apiVersion"] = "v1",
                ["metadata"] = new JsonObject(),
                ["status"] = "Success",
                ["details"] = details,
            }
        );
    }

    private ApiReply DeleteAll(KubeRequest request, Target target, ApiKind kind)
    {
        var options = DeleteOptions.From(Bodies.ReadOptional(request), target.Query);
        var page = _lister.List(kind, Selection.Of(kind, target.Namespace, null, target.Query), target.Query);
        foreach (var item in page.Items)
            _deleter.Delete(
                new WriteRequest(kind, item.Namespace, item.Name, null) { DryRun = options.DryRun },
                options
            );
        var view = Views.For(kind, null, target.Query, _state.Time);
        return new ApiReply(200, view.List(page));
    }

    private ApiReply AnswerSubresource(KubeRequest request, Target target, ApiKind kind)
    {
        var write = WriteOf(target, kind, target.Name!) with { Subresource = target.Subresource };
        switch (target.Subresource, request.Method)
        {
            case ("status", "GET") when kind.HasStatus:
                return Get(request, target, kind);
            case ("status", "PUT") when kind.HasStatus:
                var body = Bodies.Read(request, kind);
                return Written(
                    200,
                    request,
                    target,
                    kind,
                    write,
                    _writer.Update(write, kind.ToStorage?.Invoke(body) ?? body)
                );
            case ("status", "PATCH") when kind.HasStatus:
                var (status, item) = Patching.Patch(_writer, write, request);
                return Written(status, request, target, kind, write, item);
            case ("scale", "GET") when kind.Scale is not null:
                return ApiReply.Of(200, Scaler.View(kind.Stored, JsonBytes.Trusted(Existing(target, kind).Json)));
            case ("scale", "PUT") when kind.Scale is not null:
                var scale = Bodies.ReadTyped(request, "scale.Scale");
                return ApiReply.Of(200, _scaler.Change(write, _ => scale));
            case ("scale", "PATCH") when kind.Scale is not null:
                return ApiReply.Of(200, _scaler.Change(write, view => Patching.Change(request, view, null)));
            case ("binding", "POST") when kind.Type is { Group: "", Kind: "Pod" }:
                return _binder.Bind(
                    target.Namespace!,
                    target.Name!,
                    Bodies.ReadTyped(request, "core.Binding"),
                    write.DryRun
                );
            case ("eviction", "POST") when kind.Type is { Group: "", Kind: "Pod" }:
                return _evictor.Evict(
                    target.Namespace!,
                    target.Name!,
                    Bodies.ReadTyped(request, "policy.Eviction"),
                    target.Query
                );
            case ("finalize", "PUT") when kind.Type is { Group: "", Kind: "Namespace" }:
                var finalized = Bodies.Read(request, kind);
                return Written(
                    200,
                    request,
                    target,
                    kind,
                    write,
                    NamespaceFinalizer.Finalize(_state, write, finalized)
                );
            default:
                throw kind.HasStatus || target.Subresource is not "status"
                    ? ApiError.NoSuchPath()
                    : ApiError.MethodNotAllowed(kind.Name);
        }
    }

    private static StoredObject Existing(Target target, ApiKind kind) =>
        kind.Store.Find(target.Namespace ?? "", target.Name!) ?? throw ApiError.NotFound(kind.Name, target.Name!);

    private static bool DryRun(Target target)
    {
        foreach (var value in target.Query.All("dryRun"))
            if (value != "All")
                throw ApiError.Invalid(
                    "meta.k8s.io",
                    "CreateOptions",
                    "",
                    [FieldFault.NotSupported("dryRun", value, ["All"])]
                );
        return target.Query["dryRun"] is not null;
    }

    private static WriteRequest WriteOf(Target target, ApiKind kind, string name) =>
        new(kind, target.Namespace ?? "", name, null)
        {
            DryRun = DryRun(target),
            Force = target.Query.IsTrue("force"),
            StartsLedger = target.StartsLedger,
            FieldManager = target.Query["fieldManager"] is { Length: > 0 } manager ? manager : null,
            Validation = target.Query["fieldValidation"] switch
            {
                null or "" or "Warn" => FieldValidation.Warn,
                "Strict" => FieldValidation.Strict,
                "Ignore" => FieldValidation.Ignore,
                var other => throw ApiError.Invalid(
                    "meta.k8s.io",
                    "CreateOptions",
                    "",
                    [FieldFault.NotSupported("fieldValidation", other, ["Ignore", "Strict", "Warn"])]
                ),
            },
        };

    private ApiReply Written(
        int status,
        KubeRequest request,
        Target target,
        ApiKind kind,
        WriteRequest write,
        StoredObject item
    )
    {
        var view = Views.For(kind, request.Accept, target.Query, _state.Time);
        return new ApiReply(status, view.One(item), view.ContentType) { Warnings = write.Warnings };
    }
}
