using System.Text.Json.Nodes;
using Tenon.Api;

namespace Tenon.Simulation.ControlPlane.Admission;

/// <summary>
/// A webhook without the web: asked before anything is stored. Guarantees: called on the server's thread, once to
/// mutate and once to judge each write, dry runs included. Must not call the server back.
/// </summary>
public interface IAdmissionHook
{
    /// <summary>Shown in refusals: <c>admission webhook "name" denied the request: …</c></summary>
    string Name { get; }

    /// <summary>May change <see cref="AdmissionRequest.Object"/> in place.</summary>
    AdmissionVerdict Mutate(AdmissionRequest request);

    AdmissionVerdict Validate(AdmissionRequest request);
}

/// <param name="Operation">CREATE, UPDATE or DELETE.</param>
/// <param name="Object">The object to be; null for DELETE.</param>
/// <param name="OldObject">The object that is; null for CREATE.</param>
public sealed record AdmissionRequest(
    string Operation,
    ResourceType Resource,
    string? Subresource,
    string? Namespace,
    string Name,
    JsonObject? Object,
    JsonObject? OldObject,
    bool DryRun
);

public abstract record AdmissionVerdict
{
    private AdmissionVerdict() { }

    public static AdmissionVerdict Yes { get; } = new Allowed([]);

    public sealed record Allowed(IReadOnlyList<string> Warnings) : AdmissionVerdict;

    /// <param name="Code">HTTP status; 403 unless the hook says otherwise.</param>
    public sealed record Denied(string Message, int Code = 403) : AdmissionVerdict;
}
