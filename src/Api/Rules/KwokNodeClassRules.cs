using System.Collections.Immutable;
using Tenon.Api.Karpenter;

namespace Tenon.Api.Rules;

/// <summary>Admission of the simulated provider's node class (core API specification §7.1).</summary>
public static class KwokNodeClassRules
{
    /// <summary>Empty when admitted.</summary>
    public static ImmutableArray<FieldError> Validate(KwokNodeClass nodeClass)
    {
        var faults = new Faults();
        faults.When(
            nodeClass.Spec.NodeRegistrationDelay is { } delay && !TemplateRules.IsWholeSeconds(delay),
            "spec.nodeRegistrationDelay",
            "must be whole hours, minutes or seconds",
            nodeClass.Spec.NodeRegistrationDelay?.ToString()
        );
        return faults.All;
    }
}
