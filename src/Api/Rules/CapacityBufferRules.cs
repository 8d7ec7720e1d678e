using System.Collections.Immutable;
using Tenon.Api.Autoscaling;

namespace Tenon.Api.Rules;

/// <summary>Defaults and admission of capacity buffers (core API specification §6.1).</summary>
public static class CapacityBufferRules
{
    public const string ActiveCapacity = "buffer.x-k8s.io/active-capacity";

    public static CapacityBuffer Default(CapacityBuffer buffer) =>
        buffer with
        {
            Spec = buffer.Spec with { ProvisioningStrategy = buffer.Spec.ProvisioningStrategy ?? ActiveCapacity },
        };

    /// <summary>
    /// Empty when admitted. A buffer that names neither a template nor a scalable is admitted, and fails to resolve.
    /// </summary>
    public static ImmutableArray<FieldError> Validate(CapacityBuffer buffer)
    {
        var faults = new Faults();
        var spec = buffer.Spec;
        faults.When(
            spec is { PodTemplateRef: not null, Replicas: null, Limits: null },
            "spec",
            "'podTemplateRef' needs 'replicas' or 'limits'"
        );
        faults.When(
            spec is { PodTemplateRef: not null, ScalableRef: not null },
            "spec",
            "'podTemplateRef' and 'scalableRef' exclude each other"
        );
        faults.When(
            spec.PodTemplateRef is { } template && string.IsNullOrEmpty(template.Name),
            "spec.podTemplateRef.name",
            "may not be empty"
        );
        faults.When(spec.ScalableRef is { Kind.Length: 0 }, "spec.scalableRef.kind", "may not be empty");
        faults.When(spec.ScalableRef is { Name.Length: 0 }, "spec.scalableRef.name", "may not be empty");
        faults.When(spec.Replicas is < 0, "spec.replicas", "must not be negative", $"{spec.Replicas}");
        faults.When(spec.Percentage is < 0, "spec.percentage", "must not be negative", $"{spec.Percentage}");
        return faults.All;
    }
}
